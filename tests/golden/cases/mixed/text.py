"""Embedding, attention, normalization and recurrent layers in mixed_bfloat16."""
# golden: x0=int(20) tolerance=2.5e-2 reason="sums of numbers with 8 bits are rounded in another order"

import keras
from keras import layers

keras.config.set_dtype_policy("mixed_bfloat16")
inputs = keras.Input(shape=(7,), dtype="int32")
x = layers.Embedding(20, 8)(inputs)
y = layers.LayerNormalization()(x)
y = layers.MultiHeadAttention(2, 4)(y, y)
x = layers.Add()([x, y])
y = layers.RMSNormalization()(x)
y = layers.Dense(16, activation="gelu")(y)
x = layers.Add()([x, layers.Dense(8)(y)])
a = layers.LSTM(5, return_sequences=True)(x)
b = layers.Bidirectional(layers.GRU(4))(a)
outputs = layers.Dense(3, dtype="float32")(b)
model = keras.Model(inputs, [outputs, a, b])
