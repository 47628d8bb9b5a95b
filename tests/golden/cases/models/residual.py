"""A small residual net built by functions: conv blocks, a projection shortcut, global pooling."""

import keras
from keras import layers

def block(x, filters, strides):
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=strides)(x)
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(layers.Add()([x, shortcut]))


inputs = keras.Input(shape=(8, 8, 2))
x = inputs
for filters, strides in [(4, 1), (4, 1), (6, 2)]:
    x = block(x, filters, strides)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(3)(x))
