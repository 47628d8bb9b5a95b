"""Means of losses."""
# golden: target0=uniform(0.5,2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softplus")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="mse",
    metrics=[
        keras.metrics.Poisson(),
        keras.metrics.LogCoshError(),
        keras.metrics.MeanAbsolutePercentageError(),
        keras.metrics.MeanSquaredLogarithmicError(),
        keras.metrics.CosineSimilarity(),
        keras.metrics.RootMeanSquaredError(),
        keras.metrics.KLDivergence(),
    ],
)
