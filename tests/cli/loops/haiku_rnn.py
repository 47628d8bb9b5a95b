"""A recurrent network of Haiku with batch normalization: parameters and state go from step to step."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("labels.npz")


def unroll_net(x: jax.Array, is_training: bool):
    """Reads [batch, time] and tells a class of each row."""
    x = hk.BatchNorm(create_scale=True, create_offset=True, decay_rate=0.9)(x, is_training)
    core = hk.DeepRNN([hk.LSTM(8), hk.LSTM(6)])
    sequence = jnp.swapaxes(x, 0, 1)[..., None]
    outs, _ = hk.dynamic_unroll(core, sequence, core.initial_state(x.shape[0]))
    return hk.Linear(3)(outs[-1])


model = hk.without_apply_rng(hk.transform_with_state(unroll_net))
opt = optax.rmsprop(1e-2)


def loss_fn(params, state, x, y):
    logits, state = model.apply(params, state, x, True)
    return jnp.mean(optax.losses.softmax_cross_entropy_with_integer_labels(logits, y)), state


@jax.jit
def train_step(params, state, opt_state, x, y):
    (loss, state), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, state, x, y)
    updates, opt_state = opt.update(grads, opt_state)
    return optax.apply_updates(params, updates), state, opt_state, loss


params, state = model.init(jax.random.PRNGKey(428), jnp.ones((12, 4)), True)
opt_state = opt.init(params)

history = {"loss": []}
for epoch in range(3):
    losses = []
    for i in range(6):
        x, y = data["x_train"][12 * i : 12 * i + 12], data["y_train"][12 * i : 12 * i + 12]
        params, state, opt_state, loss = train_step(params, state, opt_state, x, y)
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
