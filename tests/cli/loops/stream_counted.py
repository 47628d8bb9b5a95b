"""A loop in the style of JAX's own examples: a generator that never ends, asked by `next`, and a count of the steps."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, jit, random
from jax.example_libraries import optimizers, stax
from jax.example_libraries.stax import Dense, LogSoftmax, Tanh

data = np.load("labels.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 12, 3
num_batches = x_train.shape[0] // batch_size

init_random_params, predict = stax.serial(Dense(16), Tanh, Dense(3), LogSoftmax)


def loss(params, batch):
    inputs, labels = batch
    return -jnp.mean(jnp.sum(predict(params, inputs) * jax.nn.one_hot(labels, 3), axis=1))


def data_stream():
    while True:
        for i in range(num_batches):
            rows = slice(i * batch_size, (i + 1) * batch_size)
            yield x_train[rows], y_train[rows]


opt_init, opt_update, get_params = optimizers.momentum(optimizers.exponential_decay(0.1, 4, 0.7), mass=0.9)


@jit
def update(i, opt_state, batch):
    params = get_params(opt_state)
    value = loss(params, batch)
    return opt_update(i, grad(loss)(params, batch), opt_state), value


batches = data_stream()
_, params = init_random_params(random.key(5), (-1, 4))
opt_state = opt_init(params)
count = itertools.count()
history = {"value": []}

for epoch in range(epochs):
    losses = []
    for _ in range(num_batches):
        opt_state, value = update(next(count), opt_state, next(batches))
        losses.append(float(value))
    history["value"].append(float(np.mean(losses)))
