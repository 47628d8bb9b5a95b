"""Layers made from the configurations of others, one of them changed on the way."""
# golden: stages=predict,gradients

import keras
from keras import layers

first = layers.Dense(6, activation="tanh", use_bias=False, name="first")
config = first.get_config()
again = layers.Dense.from_config(config | {"name": "again", "units": 4})
conv = layers.Conv1D.from_config(layers.Conv1D(3, 2, padding="same", activation="relu", name="conv").get_config())
inputs = keras.Input(shape=(5, 3))
x = first(inputs)
x = again(x)
model = keras.Model(inputs, conv(x))
