"""Layers of volumes: convolution and its transpose, pooling, global pooling, padding, cropping, enlarging."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 3, 2))
model = keras.Model(
    inputs,
    [
        layers.Conv3D(3, 2, strides=(2, 1, 1), padding="same", activation="tanh")(inputs),
        layers.Conv3DTranspose(2, (2, 1, 3), strides=(2, 1, 2))(inputs),
        layers.MaxPooling3D(2)(inputs),
        layers.AveragePooling3D((2, 3, 2), strides=1, padding="same")(inputs),
        layers.GlobalAveragePooling3D()(inputs),
        layers.GlobalMaxPooling3D(keepdims=True)(inputs),
        layers.ZeroPadding3D((1, 0, 2))(inputs),
        layers.Cropping3D(((1, 1), (0, 1), (1, 0)))(inputs),
        layers.UpSampling3D((1, 2, 1))(inputs),
    ],
)
