"""GroupNormalization: groups dividing the channels, one group, groups=-1 (each channel alone), another axis."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 6))
model = keras.Model(
    inputs,
    [
        layers.GroupNormalization(groups=2)(inputs),
        layers.GroupNormalization(groups=1, epsilon=1e-5)(inputs),
        layers.GroupNormalization(groups=-1, scale=False)(inputs),
        layers.GroupNormalization(groups=3, axis=2, center=False)(inputs),
    ],
)
