"""MultiHeadAttention over chosen axes of a rank 4 input."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 4, 6))
x = layers.MultiHeadAttention(2, 3, attention_axes=(2,))(inputs, inputs)
y = layers.MultiHeadAttention(2, 3, attention_axes=(1, 2))(inputs, inputs)
model = keras.Model(inputs, [x, y])
