"""Flatten of rank 1 (adds nothing), rank 0 (adds an axis) and rank 2 inputs."""

import keras
from keras import layers

a = keras.Input(shape=(3,))
b = keras.Input(shape=())
c = keras.Input(shape=(2, 3))
model = keras.Model([a, b, c], [layers.Flatten()(a), layers.Flatten()(b), layers.Flatten()(c)])
