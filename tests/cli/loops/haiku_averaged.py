"""A multilayer perceptron of Haiku with averaged parameters beside the trained ones, as its MNIST example keeps them."""

from typing import NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import optax

NUM_CLASSES = 3
data = np.load("labels.npz")


class Batch(NamedTuple):
    features: np.ndarray
    label: np.ndarray


class TrainingState(NamedTuple):
    params: hk.Params
    avg_params: hk.Params
    opt_state: optax.OptState


def net_fn(features: jax.Array) -> jax.Array:
    mlp = hk.Sequential([hk.Flatten(), hk.Linear(30), jax.nn.relu, hk.Linear(10), jax.nn.relu, hk.Linear(NUM_CLASSES)])
    return mlp(features.astype(jnp.float32) / 2.0)


network = hk.without_apply_rng(hk.transform(net_fn))
optimizer = optax.adam(1e-2)


def loss(params: hk.Params, batch: Batch) -> jax.Array:
    logits = network.apply(params, batch.features)
    labels = jax.nn.one_hot(batch.label, NUM_CLASSES)
    l2_regulariser = 0.5 * sum(jnp.sum(jnp.square(p)) for p in jax.tree_util.tree_leaves(params))
    log_likelihood = jnp.sum(labels * jax.nn.log_softmax(logits))
    return -log_likelihood / batch.features.shape[0] + 1e-4 * l2_regulariser


@jax.jit
def update(state: TrainingState, batch: Batch):
    value, grads = jax.value_and_grad(loss)(state.params, batch)
    updates, opt_state = optimizer.update(grads, state.opt_state)
    params = optax.apply_updates(state.params, updates)
    avg_params = optax.incremental_update(params, state.avg_params, step_size=0.001)
    return TrainingState(params, avg_params, opt_state), value


initial_params = network.init(jax.random.PRNGKey(seed=0), np.zeros((12, 4)))
state = TrainingState(initial_params, initial_params, optimizer.init(initial_params))

history = {"value": []}
for epoch in range(3):
    losses = []
    for i in range(6):
        batch = Batch(data["x_train"][12 * i : 12 * i + 12], data["y_train"][12 * i : 12 * i + 12])
        state, value = update(state, batch)
        losses.append(value)
    history["value"].append(float(np.mean(losses)))
