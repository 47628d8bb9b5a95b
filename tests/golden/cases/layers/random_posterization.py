"""Colours with fewer bits: whole numbers alone, whose bits do not hang on rounding."""
# golden: x0=int(256) stages=predict,gradients

import keras
from keras import layers

images = keras.Input(shape=(4, 5, 3), dtype="int32")
x = layers.Rescaling(1.0)(images)
outputs = [layers.RandomPosterization(3, seed=1)(x), layers.RandomPosterization((1, 7), seed=2)(x)]
model = keras.Model(images, outputs)
