"""MultiHeadAttention between two sequences: value_dim, output_shape, a key of its own.

Keras on JAX cannot run value_dim != key_dim on its fused path; asking for the scores takes the other one.
"""

import keras
from keras import layers

query = keras.Input(shape=(4, 6))
value = keras.Input(shape=(5, 3))
key = keras.Input(shape=(5, 2))
x, _ = layers.MultiHeadAttention(3, 2, value_dim=4)(query, value, return_attention_scores=True)
y = layers.MultiHeadAttention(2, 3, output_shape=7)(query, value, key)
model = keras.Model([query, value, key], [x, y])
