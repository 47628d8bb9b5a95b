"""Squared hinge."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="tanh")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.SquaredHinge())
