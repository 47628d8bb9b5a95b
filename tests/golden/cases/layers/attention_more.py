"""AdditiveAttention, and attention whose heads of queries share keys and values."""

import keras
from keras import layers

query = keras.Input(shape=(3, 4))
value = keras.Input(shape=(5, 4))
x = layers.AdditiveAttention(name="sums")([query, value])
y = layers.AdditiveAttention(use_scale=False, name="plain")([query, value], use_causal_mask=True)
z = layers.GroupQueryAttention(3, 4, 2, name="groups")(query, value)
w = layers.GroupQueryAttention(2, 4, 1, use_bias=False, use_gate=True, sliding_window=2, name="window")(
    query, query, use_causal_mask=True
)
model = keras.Model([query, value], [x, y, z, w])
