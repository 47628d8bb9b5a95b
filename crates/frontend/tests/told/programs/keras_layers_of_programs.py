import keras
import jax.numpy as jnp
from keras import layers, ops

#: several inputs and one odd name
class Mix(layers.Layer):
    def build(self, a_shape, other):
        pass
    def call(self, a, b):
        return a + b
Mix()(keras.Input((3,)), keras.Input((3,)))

#: built for no shape
class Scale(layers.Layer):
    def call(self, x):
        return x * 2.0
Scale().build("wide")
Scale().build()

#: shapes that are none
class Scale(layers.Dense):
    def build(self, input_shape):
        super().build("wide")
Scale(3)(keras.Input((3,)))

#: configurations that are none
layers.Dense.from_config(3)
layers.Dense.from_config({1: 2})
class Mine(layers.Dense):
    pass
Mine.from_config([3])
Mine.from_config({1: 2})

#: attributes by number
class Mine(layers.Layer):
    def __init__(self):
        super().__init__()
        super().__setattr__(1)
Mine()

#: a loss outside of a call
class Penalty(layers.Layer):
    def __init__(self):
        super().__init__()
        self.add_loss(1.0)
Penalty()

#: a loss that is no tensor
class Penalty(layers.Layer):
    def call(self, x):
        self.add_loss("large")
        return x
Penalty()(keras.Input((3,)))

#: parameters of what is not built
layers.Dense(3).count_params()

#: a weight whose name comes first
class Mine(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("kernel", (3, 3))
Mine()(keras.Input((3,)))

#: a weight without sizes
class Mine(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=2.5)
Mine()(keras.Input((3,)))

#: a type that layers cannot have
layers.Dense(3, dtype="int32")

#: attributes that are not to be set
layer = layers.Dense(3)
layer.trainable = "no"
layer.kernel = 3

#: weights that do not fit
layer = layers.Dense(3)
layer.build((None, 2))
layer.set_weights(3)
layer.set_weights([jnp.ones((2, 3))])
layer.set_weights([jnp.ones((2, 4)), jnp.ones(3)])

#: weights of the run
import numpy as np
model = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
model.layers[0].set_weights(np.load("weights.npy"))

#: sublayers and weights that are none
model = keras.Sequential([keras.Input((2,)), layers.Dense(3, name="head")])
model.get_layer("haed")
model.get_layer(index=7)
model.layers[0].kernl

#: a base class that computes nothing
class Empty(keras.losses.Loss):
    pass
Empty()(jnp.ones(3), jnp.ones(3))
keras.losses.Loss()(jnp.ones(3), jnp.ones(3))
class Nothing(keras.metrics.Metric):
    pass
Nothing().update_state(jnp.ones(3))
keras.metrics.Metric().update_state(jnp.ones(3))
class Still(keras.optimizers.Optimizer):
    pass
Still(0.1)
keras.optimizers.Optimizer(0.1)

#: a weight made too late
class Late(layers.Layer):
    def call(self, x):
        self.inner = layers.Dense(3)
        return self.inner(x)
late = Late()
late(keras.Input((3,)))
late(keras.Input((3,)))

#: a call without an output
class Silent(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
    def call(self, x):
        self.dense(x)
Silent()(jnp.ones((2, 3)))

#: Python's decisions about a tensor
class Choose(layers.Layer):
    def call(self, x):
        if ops.mean(x) > 0:
            return x
        return -x
Choose()(keras.Input((3,)))


#: a build that makes other weights than the base computes with
class Shallow(layers.Dense):
    def build(self, input_shape):
        self.own = self.add_weight(shape=(2,))

Shallow(2)(jnp.ones((2, 3)))

#: a batch size that a layer counts on
class Flat(keras.layers.Layer):
    def call(self, x):
        return keras.ops.reshape(x, (100, 4))

Flat()(keras.Input((5, 4)))
