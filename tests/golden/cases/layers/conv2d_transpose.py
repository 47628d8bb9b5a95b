"""Conv2DTranspose: valid and same, stride below and above the kernel size, no bias; the kernel has out before in."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 2))
model = keras.Model(
    inputs,
    [
        layers.Conv2DTranspose(3, 3)(inputs),
        layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu")(inputs),
        layers.Conv2DTranspose(2, 3, strides=2, padding="valid", use_bias=False)(inputs),
        layers.Conv2DTranspose(2, 2, strides=3, padding="valid")(inputs),
        layers.Conv2DTranspose(2, (2, 4), strides=(3, 2), padding="same")(inputs),
        layers.Conv2DTranspose(2, 5, strides=2, padding="same")(inputs),
    ],
)
