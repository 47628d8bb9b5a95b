"""Adadelta with a large rate and weight decay."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adadelta(learning_rate=1.0, rho=0.8, epsilon=1e-4, weight_decay=0.02), loss="mse")
