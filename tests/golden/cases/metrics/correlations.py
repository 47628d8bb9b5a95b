"""Correlations along rows."""
# golden: target0=normal

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(6, activation="linear")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="mse",
    metrics=[
        keras.metrics.PearsonCorrelation(),
        keras.metrics.ConcordanceCorrelation(),
    ],
)
