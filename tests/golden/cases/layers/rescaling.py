"""Rescaling with scale and offset; of integer pixels too."""
# golden: x1=int(256)

import keras
from keras import layers

a = keras.Input(shape=(4,))
b = keras.Input(shape=(4,), dtype="uint8")
model = keras.Model(
    [a, b],
    [layers.Rescaling(0.5)(a), layers.Rescaling(2.0, offset=-1.0)(a), layers.Rescaling(1.0 / 255)(b)],
)
