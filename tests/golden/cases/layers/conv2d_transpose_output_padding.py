"""Conv2DTranspose with output_padding, same and valid, and with dilation."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 2))
model = keras.Model(
    inputs,
    [
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1)(inputs),
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0)(inputs),
        layers.Conv2DTranspose(2, 3, strides=(2, 3), padding="valid", output_padding=(1, 2))(inputs),
        layers.Conv2DTranspose(2, 2, dilation_rate=2, padding="same")(inputs),
    ],
)
