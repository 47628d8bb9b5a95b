"""Max and average pooling in two dimensions: default strides, overlap, rectangles, same padding on odd sizes."""

import keras
from keras import layers

inputs = keras.Input(shape=(7, 6, 2))
model = keras.Model(
    inputs,
    [
        layers.MaxPooling2D()(inputs),
        layers.MaxPooling2D((3, 2), strides=(2, 1))(inputs),
        layers.MaxPooling2D(3, strides=2, padding="same")(inputs),
        layers.AveragePooling2D(2)(inputs),
        layers.AveragePooling2D((2, 3), strides=(1, 2))(inputs),
        layers.AveragePooling2D(3, strides=2, padding="same")(inputs),
    ],
)
