"""The gradient of max pooling where a window holds its maximum more than once goes to the first of them."""
# golden: x0=quarters(1)

import keras
from keras import layers

inputs = keras.Input(shape=(6, 6, 2))
model = keras.Model(
    inputs, [layers.MaxPooling2D(2)(inputs), layers.MaxPooling2D(3, strides=2, padding="same")(inputs)]
)
