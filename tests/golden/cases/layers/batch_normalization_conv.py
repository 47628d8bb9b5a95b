"""BatchNormalization after a convolution, on the channel axis given as 3 and as -1, feeding a Dense layer."""

import keras
from keras import layers

inputs = keras.Input(shape=(6, 6, 2))
x = layers.Conv2D(4, 3, use_bias=False)(inputs)
x = layers.BatchNormalization(axis=3)(x)
x = layers.ReLU()(x)
x = layers.Flatten()(x)
x = layers.Dense(5)(x)
x = layers.BatchNormalization(momentum=0.5, epsilon=1e-5)(x)
model = keras.Model(inputs, x)
