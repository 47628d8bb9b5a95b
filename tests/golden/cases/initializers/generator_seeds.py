"""Initializers whose seed is a generator: every weight draws its next key."""
# golden: stages=init

import keras
from keras import initializers, layers

generator = keras.random.SeedGenerator(5)
inputs = keras.Input(shape=(4,))
x = layers.Dense(3, kernel_initializer=initializers.GlorotUniform(seed=generator))(inputs)
x = layers.Dense(3, kernel_initializer=initializers.RandomNormal(seed=generator))(x)
x = layers.Dense(3, kernel_initializer=initializers.Orthogonal(seed=generator))(x)
again = initializers.TruncatedNormal(seed=generator)
x = layers.Dense(3, kernel_initializer=again, bias_initializer=again)(x)
model = keras.Model(inputs, x)
