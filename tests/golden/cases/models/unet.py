"""A tiny U-net: pooling down, transposed convolution up, concatenated skips, softmax per pixel."""

import keras
from keras import layers

inputs = keras.Input(shape=(8, 8, 1))
a = layers.Conv2D(3, 3, padding="same", activation="relu")(inputs)
b = layers.MaxPooling2D(2)(a)
b = layers.Conv2D(4, 3, padding="same", activation="relu")(b)
c = layers.UpSampling2D(2, interpolation="bilinear")(b)
d = layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu")(b)
x = layers.Concatenate()([a, c, d])
model = keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(x))
