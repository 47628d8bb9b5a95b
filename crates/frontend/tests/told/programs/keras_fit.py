import keras
import jax.numpy as jnp
from keras import layers
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])

#: a loss that is misspelt
model.compile(loss="mean_sqared_error")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a number as a loss
model.compile(loss=3)
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a module as a loss
model.compile(loss=keras.losses)
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: an object as a loss
model.compile(loss=layers.Dense(3))
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: an optimizer that is misspelt
model.compile("adan", loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a number as an optimizer
model.compile(3, loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: an optimizer's class
model.compile(keras.optimizers.Adam, loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: names of losses that two outputs share
x = keras.Input((3,))
two = keras.Model(x, {"a": layers.Dense(1)(x), "b": layers.Dense(1)(x)})
two.compile(loss={"a": "mse", "c": "mae"})
two.fit(jnp.ones((8, 3)), {"a": jnp.ones((8, 1)), "b": jnp.ones((8, 1))})

#: metrics of an output without a loss
x = keras.Input((3,))
two = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
two.compile(loss=["mse", None], metrics=[None, ["mae"]])
two.fit(jnp.ones((8, 3)), [jnp.ones((8, 1)), jnp.ones((8, 1))])

#: epochs of validation
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), validation_freq=["often"])

#: rows that are pictures
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(jnp.ones((8, 784)), jnp.ones((8,), dtype=int))

#: a loss of its own before a step
class Custom(keras.Model):
    pass
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compute_loss(y=jnp.ones((8, 1)), y_pred=jnp.ones((8, 1)))

#: an optimizer of other variables
model.compile("sgd", loss="mse")
other = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
model.optimizer.apply([jnp.ones((3, 2)), jnp.ones(2)], other.trainable_variables)

#: a stateless scope with a value of another shape
import jax
v = keras.Variable(jnp.ones(3))
@jax.jit
def f(x):
    with keras.StatelessScope(state_mapping=[(v, jnp.ones(2))]):
        return v + x
f(1.0)
@jax.jit
def g(x):
    with keras.StatelessScope() as scope:
        scope.get_current_value(3)
        return x
g(1.0)
@jax.jit
def h(x):
    with keras.StatelessScope() as scope:
        scope.add_update(3)
        return x
h(1.0)
