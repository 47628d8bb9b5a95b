"""Layers that change images at random: the same draws, flips, crops and brightness as Keras."""
# golden: stages=predict,gradients

import keras
from keras import layers

inputs = keras.Input(shape=(6, 5, 3))
x = layers.RandomFlip(seed=1)(inputs)
x = layers.RandomFlip("horizontal", seed=2)(x)
x = layers.RandomTranslation(0.2, (-0.3, 0.1), seed=3)(x)
x = layers.RandomTranslation(0.1, 0.1, fill_mode="constant", fill_value=0.5, seed=3)(x)
x = layers.RandomZoom(0.3, seed=4)(x)
x = layers.RandomZoom((-0.2, 0.1), 0.2, fill_mode="nearest", seed=5)(x)
x = layers.RandomContrast(0.4, value_range=(-3, 3), seed=6)(x)
x = layers.RandomBrightness(0.2, value_range=(-3, 3), seed=7)(x)
model = keras.Model(inputs, [x, layers.CenterCrop(4, 3)(inputs), layers.CenterCrop(7, 3)(inputs)])
