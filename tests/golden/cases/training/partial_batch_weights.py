"""A partial last batch with sample weights: what counts is the rows that are there."""
# golden: stages=train,evaluate,fit sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["mae"], weighted_metrics=["mse"])
