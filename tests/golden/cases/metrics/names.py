"""Metrics given as classes, functions, losses and short names; names that repeat; functions of keras.metrics."""
# golden: target0=uniform(0.1,2) sample_weight=true stages=train,evaluate,fit

import keras
from keras import layers


def from_double(y_true, y_pred):
    return keras.losses.mean_absolute_error(2.0 * y_true, y_pred)


model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softplus")])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss="poisson",
    metrics=[
        keras.metrics.MeanAbsoluteError,
        keras.metrics.mean_squared_error,
        from_double,
        keras.losses.Huber(delta=0.5),
        keras.metrics.MeanMetricWrapper(keras.losses.huber, name="huber_small", delta=0.1),
        "mae",
        "cosine_similarity",
    ],
    weighted_metrics=["mae", "RootMeanSquaredError", from_double],
)
