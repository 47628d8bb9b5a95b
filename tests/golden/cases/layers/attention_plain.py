"""Attention: scores by products and by sums, scaled, causal, with masks that are passed."""

import keras
from keras import layers

query = keras.Input(shape=(3, 4))
value = keras.Input(shape=(5, 4))
key = keras.Input(shape=(5, 4))
x = layers.Attention(use_scale=True, name="first")([query, value])
y = layers.Attention(score_mode="concat", use_scale=True, name="second")([query, value, key])
z = layers.Attention(name="third")([query, value], use_causal_mask=True)
model = keras.Model([query, value, key], [x, y, z])
