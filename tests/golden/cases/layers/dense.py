"""Dense: with and without bias, every rank from 2 to 4, activation by string."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 2, 5))
x = layers.Dense(4, activation="tanh", name="first")(inputs)
x = layers.Dense(6, use_bias=False)(x)
x = layers.Flatten()(x)
outputs = layers.Dense(3)(x)
model = keras.Model(inputs, outputs)
