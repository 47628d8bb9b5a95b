"""Lambda with a lambda, a function with arguments, and several outputs' arithmetic."""

import keras
from keras import layers


def scale(x, factor=1.0):
    return x * factor - 1.0


inputs = keras.Input(shape=(4,))
x = layers.Lambda(lambda t: t * t + 1.0)(inputs)
y = layers.Lambda(scale, arguments={"factor": 3.0})(inputs)
model = keras.Model(inputs, [x, y])
