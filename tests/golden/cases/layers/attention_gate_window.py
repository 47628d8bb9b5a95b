"""MultiHeadAttention with a gate and with a sliding window."""

import keras
from keras import layers

inputs = keras.Input(shape=(6, 4))
x = layers.MultiHeadAttention(2, 3, use_gate=True)(inputs, inputs)
y = layers.MultiHeadAttention(2, 3, sliding_window=2)(inputs, inputs)
z = layers.MultiHeadAttention(2, 3, sliding_window=3, dropout=0.2, seed=9)(inputs, inputs, use_causal_mask=True)
model = keras.Model(inputs, [x, y, z])
