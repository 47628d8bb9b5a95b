"""UpSampling2D: nearest and bilinear, rectangular factors, channels first."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 4, 2))
model = keras.Model(
    inputs,
    [
        layers.UpSampling2D()(inputs),
        layers.UpSampling2D((3, 1))(inputs),
        layers.UpSampling2D(2, interpolation="bilinear")(inputs),
        layers.UpSampling2D((3, 2), interpolation="bilinear")(inputs),
        layers.UpSampling2D((1, 2), data_format="channels_first")(inputs),
    ],
)
