import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import layers, ops

#: shapes of inputs
keras.Input(28)
keras.Input(28, 28)
keras.Input("28")
layers.Dense(10)(keras.Input((28, 28, None)))
layers.Conv2D(32, 3)(keras.Input((28, 28)))
layers.Conv2D(32, (3, 3, 3))(keras.Input((28, 28, 1)))

#: a layer that gets a tensor where it is made
x = keras.Input((28, 28))
layers.Flatten(x)
layers.Dense(x)
layers.Dropout(x)

#: layers that are no list
keras.Sequential(layers.Dense(3), layers.Dense(2))
layers.Dense(1, "relu", True, "zeros", "zeros", None, None, None, None, None, 3, 4, 5)

#: axes
x = jnp.ones((3, 4))
jnp.sum(x, axis=2)
jnp.argmax(jnp.float32(1), axis=0)
ops.softmax(x, axis=-3)
jnp.concatenate([x, jnp.ones((2, 4))], axis=1)
jnp.stack([x, x[0]])

#: numbers of tensors
@jax.jit
def f(x):
    return float(x) * 2
f(1.0)
@jax.jit
def g(x):
    return x.item()
g(1.0)
@jax.jit
def h(n):
    total = 0
    for i in range(n):
        total += i
    return total
h(3)
@jax.jit
def k(n):
    return jnp.arange(n)
k(3)
@jax.jit
def m(x):
    while x < 10:
        x = x * 2
    return x
m(1.0)
@jax.jit
def o(x):
    return int(x.sum())
o(jnp.ones(3))
@jax.jit
def p(x, n):
    return x[:n]
p(jnp.ones(3), 2)
@jax.jit
def q(x):
    return x.reshape(x.sum(), 1)
q(jnp.ones(3))
@jax.jit
def r(x):
    assert x > 0
    return jnp.sqrt(x)
r(1.0)

#: arrays that do not change
x = jnp.zeros((3, 3))
x[0, 0] = 1.0
x[0] += 2
x.append(3)
x.fill(1)
del x[0]

#: random numbers
jax.random.normal((3,))
key = jax.random.PRNGKey()
jax.random.normal(3, key)
jax.random.uniform(key=0)
jax.random.split()

#: gradients
def loss(w):
    return w * 2
jax.grad(loss)(jnp.ones(3))
jax.grad(loss)(3)
jax.grad(loss(jnp.ones(3)))
jax.grad(lambda w: (w.sum(), w))(jnp.ones(3))
jax.value_and_grad(lambda w: w.sum())(jnp.ones(3), 2)

#: a model that is called, built or fitted too early
model = keras.Sequential([layers.Dense(4), layers.Dense(1)])
model.summary()
model.compile("adam", "mse")
model.fit()
model.evaluate()
model.predict()
model.count_params()

#: arguments of compile
model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model.compile(optimiser="adam", loss="mse")
model.compile(loss="mse", optimizer="adam", lr=0.1)
keras.optimizers.Adam(lr=0.1)
keras.optimizers.Adam("0.1")
model.fit(np.ones((8, 4)), np.ones((8, 3)), batchsize=3)

#: an optimizer that is misspelt
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="Addam", loss="mse")

#: a loss that is misspelt
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="mean_square_error")

#: a metric that is misspelt
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="mse", metrics=["acuracy"])

#: an optimizer that is not made
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer=keras.optimizers.Adam, loss="mse")
model.fit(x, x[:, :3])

#: a metric that is no list
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
model.fit(x, y)
model.fitt(x, y)

#: class numbers for probabilities
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(x, y)

#: fewer inputs than labels
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x[:4], y)

#: epochs as text
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs="3")

#: rows of another length
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.ones((8, 5)), y)

#: regression with accuracy
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, np.ones((8, 2)))

#: a learning rate that is text
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.SGD(learning_rate="fast"), "mse")
model.fit(x, x[:, :3])

#: a callback that is not made
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("sgd", "mse")
model.fit(x, x[:, :3], callbacks=[keras.callbacks.EarlyStopping])

#: a callback that watches nothing
x, y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("sgd", "mse")
model.fit(x, x[:, :3], callbacks=[keras.callbacks.EarlyStopping(monitor="val_los")])

#: skip connections that do not fit
x = keras.Input((8, 8, 16))
y = layers.Conv2D(32, 3, padding="same")(x)
layers.add([x, y])
layers.Concatenate(axis=1)([x, layers.MaxPooling2D()(y)])
x + y
keras.Model(x, layers.Dense(3))
keras.Model(x)
keras.Model(inputs=x, output=y)

#: attention and recurrence that do not fit
x = keras.Input((16,))
layers.LSTM(8)(x)
layers.MultiHeadAttention(2, 8)(x, x)
layers.Embedding(100, 8)(keras.Input((5,), dtype="string"))
layers.Bidirectional(layers.Dense(3))(keras.Input((5, 3)))
layers.TimeDistributed(layers.Dense)(keras.Input((5, 3)))
layers.Reshape((5, 5))(x)
