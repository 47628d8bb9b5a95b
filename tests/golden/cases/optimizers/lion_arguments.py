"""Lion with other betas, weight decay and clipping by value."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Lion(learning_rate=0.01, beta_1=0.7, beta_2=0.8, weight_decay=0.1, clipvalue=0.2), loss="mse")
