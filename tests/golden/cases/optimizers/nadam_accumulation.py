"""Nadam that takes a step in every second one."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Nadam(learning_rate=0.1, gradient_accumulation_steps=2), loss="mse")
