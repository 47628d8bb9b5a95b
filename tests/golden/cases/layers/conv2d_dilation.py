"""Conv2D with dilation: valid, same, and different rates on the two axes."""

import keras
from keras import layers

inputs = keras.Input(shape=(8, 9, 2))
model = keras.Model(
    inputs,
    [
        layers.Conv2D(2, 3, dilation_rate=2)(inputs),
        layers.Conv2D(2, 3, dilation_rate=(2, 3), padding="same")(inputs),
    ],
)
