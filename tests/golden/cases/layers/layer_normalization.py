"""LayerNormalization: last axis, several axes, no center, no scale, another epsilon."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
model = keras.Model(
    inputs,
    [
        layers.LayerNormalization()(inputs),
        layers.LayerNormalization(axis=(2, 3), epsilon=1e-5)(inputs),
        layers.LayerNormalization(axis=1, center=False)(inputs),
        layers.LayerNormalization(axis=[1, -1], scale=False)(inputs),
    ],
)
