"""AlphaDropout and GaussianDropout draw what Keras draws, also for a shape of their own."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3))
x = layers.AlphaDropout(0.3, seed=1)(inputs)
x = layers.AlphaDropout(0.4, noise_shape=(None, 1, 3), seed=2)(x)
x = layers.Dense(5, activation="selu", name="dense")(x)
outputs = layers.GaussianDropout(0.2, seed=3)(x)
model = keras.Model(inputs, outputs)
