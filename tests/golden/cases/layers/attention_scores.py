"""MultiHeadAttention with return_attention_scores, and dropout on the scores with a seed."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 6))
x, scores = layers.MultiHeadAttention(2, 3)(inputs, inputs, return_attention_scores=True)
y = layers.MultiHeadAttention(2, 3, dropout=0.3, seed=5)(inputs, inputs)
model = keras.Model(inputs, [x, scores, y])
