"""Conv2DTranspose with data_format='channels_first'."""

import keras
from keras import layers

inputs = keras.Input(shape=(2, 4, 3))
x = layers.Conv2DTranspose(3, 3, strides=2, padding="same", data_format="channels_first")(inputs)
model = keras.Model(inputs, x)
