"""Adafactor with other thresholds, and a rate that does not fall of itself."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adafactor(learning_rate=0.3, beta_2_decay=-0.5, epsilon_2=0.1, clip_threshold=0.4, relative_step=False), loss="mse")
