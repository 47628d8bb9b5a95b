"""Conv2D with 'same' padding and stride 2 on even and odd sizes: the extra padding goes to the end."""

import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(8, 7, 3)),
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(2, (2, 5), strides=(1, 2), padding="same", use_bias=False),
    ]
)
