import jax
import jax.numpy as jnp
import keras
import numpy as np

@jax.jit
def step(w, x, y):
    loss, gradient = jax.value_and_grad(lambda w: jnp.mean((x @ w - y) ** 2))(w)
    return w - 0.1 * gradient, loss

w = jnp.zeros((4, 1))

#: batches whose size nothing tells
for x, y in np.load("batches.npy", allow_pickle=True):
    w, loss = step(w, x, y)

#: batches that leave out the rest
import tensorflow as tf
data = tf.data.Dataset.from_tensor_slices(np.load("batches.npy")).batch(64, drop_remainder=True)
for x, y in data.take(3).prefetch(1).shuffle(9):
    w, loss = step(w, x, y)
    if loss < 0.01:
        break

#: epochs that end when the loss is small
for epoch in range(10):
    for x, y in np.load("batches.npy", allow_pickle=True):
        w, loss = step(w, x, y)
    if loss < 0.1:
        break

#: layers until data say stop
x = keras.Input((4,))
limit = np.load("limit.npy")
for units in [8, 4, 2]:
    x = keras.layers.Dense(units)(x)
    if limit < units:
        break
model = keras.Model(x, x)

#: a long loop over data whose result decides a size
rows = open("data.txt").read().split()
words = {}
for i in range(2000000):
    words[rows[i]] = i
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(len(words))])

#: a return that data decide
def build(flag):
    if flag:
        return keras.layers.Dense(3)
    return keras.layers.Dense(4)
model = keras.Sequential([keras.Input((3,)), build(np.load("flag.npy"))])
