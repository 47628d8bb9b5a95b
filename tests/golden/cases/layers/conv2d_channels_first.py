"""Conv2D, pooling and Flatten with data_format='channels_first'."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 8, 7))
x = layers.Conv2D(4, 3, padding="same", strides=2, data_format="channels_first")(inputs)
y = layers.MaxPooling2D(2, data_format="channels_first")(x)
y = layers.Flatten(data_format="channels_first")(y)
z = layers.GlobalAveragePooling2D(data_format="channels_first")(x)
model = keras.Model(inputs, [x, y, z])
