"""Inverted residual blocks with gradients: expansion, depthwise convolution with stride 1 and 2, linear bottleneck."""

import keras
from keras import layers

def norm(x, activate=True):
    x = layers.BatchNormalization()(x)
    return layers.ReLU(max_value=6.0)(x) if activate else x


def block(x, expansion, channels, strides):
    y = norm(layers.Conv2D(x.shape[-1] * expansion, 1, use_bias=False)(x))
    y = norm(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(y))
    y = norm(layers.Conv2D(channels, 1, use_bias=False)(y), activate=False)
    return layers.Add()([x, y]) if strides == 1 and x.shape[-1] == channels else y


inputs = keras.Input(shape=(7, 7, 3))
x = block(inputs, 2, 3, 1)
x = block(x, 2, 4, 2)
model = keras.Model(inputs, layers.GlobalAveragePooling2D()(x))
