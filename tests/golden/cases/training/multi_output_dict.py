"""Outputs given as a dictionary; losses keyed by it."""
# golden: stages=predict,train,evaluate

import keras
from keras import layers

inputs = keras.Input(shape=(4,))
x = layers.Dense(6, activation="relu")(inputs)
model = keras.Model(inputs, {"low": layers.Dense(2, name="l")(x), "high": layers.Dense(3, name="h")(x)})
model.compile(optimizer=keras.optimizers.SGD(0.05), loss={"low": "mse", "high": "mae"})
