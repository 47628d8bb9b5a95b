"""MultiHeadAttention between two sequences: value_dim, output_shape, a key of its own."""

import keras
from keras import layers

query = keras.Input(shape=(4, 6))
value = keras.Input(shape=(5, 3))
key = keras.Input(shape=(5, 2))
x = layers.MultiHeadAttention(3, 2, value_dim=4)(query, value)
y = layers.MultiHeadAttention(2, 3, output_shape=7)(query, value, key)
model = keras.Model([query, value, key], [x, y])
