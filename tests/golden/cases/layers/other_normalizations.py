"""RMSNormalization and UnitNormalization over the last and over several axes."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
model = keras.Model(
    inputs,
    [
        layers.RMSNormalization()(inputs),
        layers.RMSNormalization(axis=(2, 3), epsilon=1e-3)(inputs),
        layers.UnitNormalization()(inputs),
        layers.UnitNormalization(axis=(1, 3))(inputs),
    ],
)
