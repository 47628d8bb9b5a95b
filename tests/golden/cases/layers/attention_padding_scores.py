"""Padding masks where the scores are asked for: excluded steps have no weight, wholly masked queries none at all."""
# golden: x0=int(3) x1=int(3)

import keras
from keras import layers

a = keras.Input(shape=(5,), dtype="int32")
b = keras.Input(shape=(4,), dtype="int32")
embedding = layers.Embedding(4, 6, mask_zero=True)
x, scores = layers.MultiHeadAttention(2, 3)(embedding(a), embedding(b), return_attention_scores=True)
model = keras.Model([a, b], [x, scores])
