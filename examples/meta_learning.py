"""Model-agnostic meta-learning: gradients through a few steps of gradient descent, mapped over tasks.

A task is a sine of its own amplitude and phase; the parameters learned are those from which few steps go far.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

INNER_RATE, OUTER_RATE, INNER_STEPS = 0.01, 0.002, 3
SIZES = [1, 24, 24, 1]


def init(key):
    keys = jax.random.split(key, len(SIZES) - 1)
    make = jax.nn.initializers.he_normal()
    return {
        f"layer{i}": {"w": make(k, (m, n), jnp.float32), "b": jnp.zeros((n,))}
        for i, (k, m, n) in enumerate(zip(keys, SIZES, SIZES[1:]))
    }


def net(params, x):
    *hidden, last = params.values()
    for layer in hidden:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ last["w"] + last["b"]


def mse(params, x, y):
    return jnp.mean((net(params, x) - y) ** 2)


def adapt(params, x, y):
    """The parameters after some steps on a task."""

    def step(params, _):
        loss, grads = jax.value_and_grad(mse)(params, x, y)
        return jax.tree.map(lambda p, g: p - INNER_RATE * g, params, grads), loss

    return jax.lax.scan(step, params, length=INNER_STEPS)


def task_loss(params, support, query):
    adapted, _ = adapt(params, *support)
    return mse(adapted, *query)


def meta_loss(params, support, query):
    return jnp.mean(jax.vmap(partial(task_loss, params))(support, query))


@jax.jit
def meta_step(params, momentum, support, query):
    loss, grads = jax.value_and_grad(meta_loss)(params, support, query)
    momentum = jax.tree.map(lambda m, g: 0.9 * m + g, momentum, grads)
    params = jax.tree.map(lambda p, m: p - OUTER_RATE * m, params, momentum)
    return params, momentum, loss


def sample_tasks(rng, tasks=8, shots=10):
    amplitude = rng.uniform(0.1, 5.0, size=(tasks, 1, 1))
    phase = rng.uniform(0.0, np.pi, size=(tasks, 1, 1))
    x = rng.uniform(-5.0, 5.0, size=(tasks, 2 * shots, 1))
    y = amplitude * np.sin(x + phase)
    x, y = x.astype("float32"), y.astype("float32")
    return (x[:, :shots], y[:, :shots]), (x[:, shots:], y[:, shots:])


rng = np.random.default_rng(12)
params = init(jax.random.PRNGKey(5))
momentum = jax.tree.map(jnp.zeros_like, params)
for step in range(6):
    support, query = sample_tasks(rng)
    params, momentum, loss = meta_step(params, momentum, support, query)
    print(f"step {step}: loss after adaptation {loss.item():.4f}")
