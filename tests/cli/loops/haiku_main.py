"""A classifier of Haiku as a program of absl: options of the command line, and a `main` that holds everything."""

from typing import Iterator, NamedTuple

from absl import app, flags, logging
import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import optax

FLAGS = flags.FLAGS
flags.DEFINE_integer("batch_size", 12, "Rows in a batch.", lower_bound=1)
flags.DEFINE_float("learning_rate", 1e-2, "Learning rate of Adam.")
flags.DEFINE_list("widths", "20,10", "Units of the hidden layers.")
EPOCHS = flags.DEFINE_integer("epochs", 3, "Passes over the data.")
flags.DEFINE_string("workdir", None, "Where to write.")

history = {"loss": []}


class Batch(NamedTuple):
    features: np.ndarray
    label: np.ndarray


class TrainingState(NamedTuple):
    params: hk.Params
    opt_state: optax.OptState
    rng: jax.Array


def net_fn(batch: Batch, is_training: bool) -> jax.Array:
    x = hk.Flatten()(batch.features)
    for width in FLAGS.widths:
        x = jax.nn.relu(hk.Linear(int(width))(x))
        if is_training:
            x = hk.dropout(hk.next_rng_key(), 0.1, x)
    return hk.Linear(3)(x)


def load_dataset() -> Iterator[Batch]:
    data = np.load("labels.npz")
    while True:
        for start in range(0, 72, FLAGS.batch_size):
            rows = slice(start, start + FLAGS.batch_size)
            yield Batch(data["x_train"][rows], data["y_train"][rows])


def main(argv):
    if len(argv) > 1:
        raise app.UsageError("Too many command-line arguments.")
    network = hk.transform(net_fn)
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(FLAGS.learning_rate))

    def loss_fn(params, rng, batch):
        logits = network.apply(params, rng, batch, is_training=True)
        labels = jax.nn.one_hot(batch.label, 3)
        return -jnp.mean(jnp.sum(labels * jax.nn.log_softmax(logits), axis=-1))

    @jax.jit
    def update(state: TrainingState, batch: Batch):
        rng, net_rng = jax.random.split(state.rng)
        loss, grads = jax.value_and_grad(loss_fn)(state.params, net_rng, batch)
        updates, opt_state = optimizer.update(grads, state.opt_state)
        return TrainingState(optax.apply_updates(state.params, updates), opt_state, rng), {"loss": loss}

    train_dataset = load_dataset()
    rng, init_rng = jax.random.split(jax.random.PRNGKey(42))
    params = network.init(init_rng, Batch(np.zeros((12, 4), np.float32), np.zeros(12, np.int32)), is_training=True)
    state = TrainingState(params, optimizer.init(params), rng)
    if FLAGS.workdir is not None:
        logging.info("writing to %s", FLAGS.workdir)
    for epoch in range(EPOCHS.value):
        losses = []
        for _ in range(6):
            state, metrics = update(state, next(train_dataset))
            losses.append(metrics["loss"])
        history["loss"].append(float(np.mean(losses)))
        logging.info("epoch %d: %s", epoch, history["loss"][-1])


if __name__ == "__main__":
    app.run(main)
