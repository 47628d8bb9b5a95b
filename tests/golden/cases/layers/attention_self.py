"""MultiHeadAttention of a sequence with itself: plain and causal."""

import keras
from keras import layers

inputs = keras.Input(shape=(5, 6))
x = layers.MultiHeadAttention(num_heads=2, key_dim=3)(inputs, inputs)
y = layers.MultiHeadAttention(2, 4, use_bias=False)(inputs, inputs, use_causal_mask=True)
model = keras.Model(inputs, [x, y])
