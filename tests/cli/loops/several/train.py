"""The training."""

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np
import optax
from absl import logging
from flax.training import train_state

import models

history = {"loss": []}


@jax.jit
def train_step(state, features, label):
    def loss_fn(params):
        logits = state.apply_fn({"params": params}, features)
        return optax.softmax_cross_entropy_with_integer_labels(logits, label).mean()

    loss, grads = jax.value_and_grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads), loss


def create_train_state(rng, config: ml_collections.ConfigDict):
    model = models.Classifier(width=config.width)
    params = model.init(rng, jnp.ones([1, 4]))["params"]
    return train_state.TrainState.create(
        apply_fn=model.apply, params=params, tx=optax.sgd(config.learning_rate, config.momentum)
    )


def train_and_evaluate(config: ml_collections.ConfigDict, workdir: str):
    data = np.load("labels.npz")
    state = create_train_state(jax.random.key(0), config)
    for epoch in range(1, config.num_epochs + 1):
        losses = []
        for start in range(0, 72, config.batch_size):
            rows = slice(start, start + config.batch_size)
            state, loss = train_step(state, data["x_train"][rows], data["y_train"][rows])
            losses.append(loss)
        history["loss"].append(float(np.mean(losses)))
        logging.info("epoch:% 3d, train_loss: %.4f", epoch, history["loss"][-1])
    return state
