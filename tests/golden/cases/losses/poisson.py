"""Poisson with a sum."""
# golden: target0=int(6)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="exponential")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.Poisson(reduction="sum"))
