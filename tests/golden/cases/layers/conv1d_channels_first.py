"""Conv1D with data_format='channels_first'."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 8))
x = layers.Conv1D(4, 3, strides=2, padding="same", data_format="channels_first")(inputs)
model = keras.Model(inputs, x)
