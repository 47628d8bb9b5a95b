"""Adamax with other betas, and a clip."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adamax(learning_rate=0.1, beta_1=0.7, beta_2=0.8, epsilon=0.01, clipvalue=0.2), loss="mse")
