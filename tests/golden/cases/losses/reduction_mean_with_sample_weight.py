"""The reduction 'mean_with_sample_weight' divides by the sum of the weights."""
# golden: sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3)])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
)
