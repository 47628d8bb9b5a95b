"""Adagrad with another start value, weight decay and a global clip norm."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adagrad(learning_rate=0.1, initial_accumulator_value=0.01, weight_decay=0.05, global_clipnorm=1.0), loss="mse")
