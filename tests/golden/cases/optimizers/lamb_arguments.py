"""Lamb with other betas and weight decay."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Lamb(learning_rate=0.1, beta_1=0.8, beta_2=0.9, epsilon=0.01, weight_decay=0.05), loss="mse")
