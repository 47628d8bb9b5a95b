"""The padding mask of an Embedding reaches MultiHeadAttention by itself."""
# golden: x0=int(4)

import keras
from keras import layers

inputs = keras.Input(shape=(5,), dtype="int32")
x = layers.Embedding(4, 6, mask_zero=True)(inputs)
x = layers.MultiHeadAttention(2, 3)(x, x)
model = keras.Model(inputs, x)
