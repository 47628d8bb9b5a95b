"""Preprocessing layers in a row, which change images in training only."""
# golden: x0=uniform(0,255)

import keras
from keras import layers

images = keras.Input(shape=(6, 6, 3))
steps = [layers.Rescaling(1.0 / 255), layers.RandomFlip("horizontal", seed=3), layers.RandomBrightness(0.3, value_range=(0, 1), seed=4)]
pipeline = layers.Pipeline(steps)
assert len(pipeline.layers) == 3
model = keras.Model(images, pipeline(images))
