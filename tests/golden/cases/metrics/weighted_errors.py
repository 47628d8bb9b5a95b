"""Error metrics as weighted metrics: sample weights divide the sum."""
# golden: sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3)])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss="mse",
    weighted_metrics=[
        keras.metrics.MeanSquaredError(),
        keras.metrics.MeanAbsoluteError(),
        keras.metrics.RootMeanSquaredError(),
        keras.metrics.CosineSimilarity(axis=-1),
    ],
)
