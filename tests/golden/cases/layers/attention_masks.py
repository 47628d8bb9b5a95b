"""MultiHeadAttention with an attention mask of rank 3, alone and together with the causal mask."""

import keras
from keras import layers

inputs = keras.Input(shape=(5, 6))
mask = keras.Input(shape=(5, 5), dtype="bool")
x = layers.MultiHeadAttention(2, 3)(inputs, inputs, attention_mask=mask)
y = layers.MultiHeadAttention(2, 3)(inputs, inputs, attention_mask=mask, use_causal_mask=True)
model = keras.Model([inputs, mask], [x, y])
