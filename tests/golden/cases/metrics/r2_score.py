"""The share of explained variance, uniform and weighted by variance, with weights of rows."""
# golden: sample_weight=true stages=train,evaluate

import keras
from keras import layers, metrics

inputs = keras.Input(shape=(4,))
model = keras.Model(inputs, layers.Dense(3, activation="tanh")(inputs))
model.compile(
    optimizer=keras.optimizers.SGD(0.05),
    loss="mse",
    metrics=[metrics.R2Score()],
    weighted_metrics=[metrics.R2Score("variance_weighted_average", name="weighted_r2")],
)
