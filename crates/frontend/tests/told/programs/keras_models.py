import keras
import jax.numpy as jnp
from keras import layers

#: clones
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
keras.models.clone_model(model, clone_function=lambda layer: layer)
keras.models.clone_model(layers.Dense(3))

#: an input that is missing
a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
keras.Model(a, layers.Add()([a, b]))

#: models of what is no tensor
a = keras.Input((3,))
keras.Model(a, 3)
keras.Model(jnp.ones((2, 3)), a)
keras.Model([a], [layers.Dense(3)])

#: inputs that wrap tensors
keras.Input(tensor=jnp.ones((2, 3)))
layers.InputLayer(input_tensor=jnp.ones((2, 3)))

#: weights from a file
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.load_weights("missing.weights.h5")

#: layers that a model does not have
model = keras.Sequential([keras.Input((3,)), layers.Dense(1, name="head")])
model.get_layer("hed")
model.get_layer(index=4)
model.get_layer()

#: sequences
keras.Sequential().build("wide")
keras.Sequential().pop()
keras.Sequential(3)
keras.Sequential([layers.Dense])
keras.Sequential([layers.Dense(3), "relu"])
keras.Sequential([keras.Input((3,)), keras.Input((3,))])
keras.Sequential([layers.Dense(3, name="a"), layers.Dense(3, name="a")])
keras.Sequential([layers.Dense(3)]).summary()

#: a model called on text
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
    def call(self, x):
        return self.dense(x)
net = Net()
net("text")

#: a layer called on nothing
layers.Dense(3)()
layers.Dense(3)("text")
layers.Dense(3)(3)

#: layers that are called without brackets
x = keras.Input((3,))
y = layers.Dense(3)
z = layers.Dense(3)(y)

#: a layer of another rank
x = keras.Input((28, 28))
layers.Conv2D(8, 3)(x)
layers.LSTM(8)(keras.Input((3,)))
layers.Conv1D(8, 3)(keras.Input((28, 28, 1)))

#: a window larger than its input
x = keras.Input((4, 4, 1))
layers.Conv2D(8, 5)(x)
layers.MaxPooling2D(8)(x)

#: too much is cut
layers.Cropping2D(4)(keras.Input((6, 6, 1)))

#: a shape that does not fit
layers.Reshape((5, 5))(keras.Input((24,)))
layers.Reshape((-1, 7))(keras.Input((24,)))

#: merged shapes
a, b = keras.Input((4, 3)), keras.Input((5, 3))
layers.Concatenate()([a, b])
layers.Concatenate()([a])
layers.Add()([a])
layers.Dot(axes=1)([a, b])
layers.concatenate([a, layers.Flatten()(b)])

#: a model deep inside of which shapes do not fit
def block(x, filters):
    y = layers.Conv2D(filters, 3, padding="same")(x)
    y = layers.Conv2D(filters, 3)(y)
    return layers.Add()([x, y])
x = keras.Input((32, 32, 3))
x = layers.Conv2D(16, 3, padding="same")(x)
x = block(x, 16)

#: a model that is called on other shapes than it has
encoder = keras.Sequential([keras.Input((8,)), layers.Dense(4)], name="encoder")
encoder(keras.Input((9,)))
encoder(jnp.ones((2, 7)))

#: a variable in a graph of layers
x = keras.Input((3,))
h = layers.Add()([keras.Variable(1.0), x])
model = keras.Model(x, h)

#: a model that was saved elsewhere
import keras
saved = keras.models.load_model("saved.keras")
part = keras.Model(saved.input, saved.output)

#: a model that a preset gives
import keras
import keras_hub
backbone = keras_hub.models.Backbone.from_preset("resnet")
part = keras.Model(backbone.input, backbone.output)

#: a method of PyTorch's modules
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.parameters()

#: a function that JAX no longer has
import jax
jax.tree_map(lambda x: x, [1])
