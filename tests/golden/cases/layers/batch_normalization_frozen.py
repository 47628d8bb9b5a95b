"""A BatchNormalization layer that is not trainable uses its moving statistics in training too, and leaves them."""

import keras
from keras import layers

inputs = keras.Input(shape=(5,))
norm = layers.BatchNormalization()
norm.trainable = False
x = norm(inputs)
x = layers.Dense(3, trainable=False)(x)
x = layers.Dense(2)(x)
model = keras.Model(inputs, x)
