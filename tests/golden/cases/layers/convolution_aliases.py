"""The older names of layers mean the same layers."""

import keras
from keras import layers

inputs = keras.Input(shape=(6, 6, 2))
x = layers.Convolution2D(3, 3)(inputs)
x = layers.MaxPool2D(2)(x)
y = layers.AvgPool2D(2)(inputs)
model = keras.Model(
    inputs, [layers.GlobalAvgPool2D()(x), layers.GlobalMaxPool2D()(x), layers.GlobalAvgPool2D()(y)]
)
