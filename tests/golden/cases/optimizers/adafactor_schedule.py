"""Adafactor with a schedule, which its own decay leaves alone."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adafactor(keras.optimizers.schedules.ExponentialDecay(0.5, 2, 0.7)), loss="mse")
