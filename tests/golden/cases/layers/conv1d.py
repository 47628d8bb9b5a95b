"""Conv1D: valid, same with stride 2, causal with dilation, groups, no bias; each an output."""

import keras
from keras import layers

inputs = keras.Input(shape=(9, 4))
model = keras.Model(
    inputs,
    [
        layers.Conv1D(3, 3)(inputs),
        layers.Conv1D(3, 4, strides=2, padding="same", activation="relu")(inputs),
        layers.Conv1D(2, 3, padding="causal", dilation_rate=2)(inputs),
        layers.Conv1D(4, 2, groups=2, use_bias=False)(inputs),
        layers.Conv1D(2, 3, padding="causal", strides=2)(inputs),
    ],
)
