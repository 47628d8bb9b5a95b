"""Ftrl with all its penalties."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Ftrl(learning_rate=0.2, learning_rate_power=-0.4, initial_accumulator_value=0.3, l1_regularization_strength=0.01, l2_regularization_strength=0.02, l2_shrinkage_regularization_strength=0.03, beta=0.1), loss="mse")
