"""RandomRotation: angles and points as in Keras, to the rounding of sine and cosine."""
# golden: stages=predict,gradients

import keras
from keras import layers

inputs = keras.Input(shape=(6, 5, 2))
x = layers.RandomRotation(0.2, seed=1)(inputs)
y = layers.RandomRotation((-0.1, 0.3), fill_mode="wrap", interpolation="nearest", seed=2)(inputs)
z = layers.RandomCrop(6, 5, seed=8)(inputs)
model = keras.Model(inputs, [x, y, z])
