"""Seeded noise layers: SpatialDropout1D and 2D, GaussianNoise; the identity in prediction."""

import keras
from keras import layers

a = keras.Input(shape=(4, 6))
b = keras.Input(shape=(3, 2, 5))
model = keras.Model(
    [a, b],
    [
        layers.SpatialDropout1D(0.4, seed=1)(a),
        layers.SpatialDropout2D(0.5, seed=2)(b),
        layers.SpatialDropout2D(0.3, data_format="channels_first", seed=3)(b),
        layers.GaussianNoise(0.7, seed=4)(a),
    ],
)
