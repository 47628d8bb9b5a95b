"""A Sequential model inside a functional model inside a Sequential model."""

import keras
from keras import layers

block = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="relu"), layers.Dropout(0.2, seed=9)])
inputs = keras.Input(shape=(4,))
middle = keras.Model(inputs, layers.Dense(3, name="head")(block(inputs)))
model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(4), middle, layers.Dense(2)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
