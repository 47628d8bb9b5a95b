"""Embedding and MultiHeadAttention kernels: one seeded initializer gives all four projections the same seed."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

init = keras.initializers
inputs = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(10, 6, embeddings_initializer=init.RandomUniform(seed=8))(inputs)
x = layers.Embedding(10, 6, embeddings_initializer=init.RandomNormal(seed=9))(inputs) + x
x = layers.MultiHeadAttention(2, 3, value_dim=4, kernel_initializer=init.GlorotUniform(seed=10), seed=3)(x, x)
model = keras.Model(inputs, x)
