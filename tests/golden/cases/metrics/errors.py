"""The error metrics, by name and by class."""
# golden: target0=uniform(0.1,2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softplus")])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss="mse",
    metrics=[
        "mse",
        "mae",
        "mape",
        "msle",
        keras.metrics.RootMeanSquaredError(),
        keras.metrics.CosineSimilarity(),
        keras.metrics.LogCoshError(),
        keras.metrics.KLDivergence(),
    ],
)
