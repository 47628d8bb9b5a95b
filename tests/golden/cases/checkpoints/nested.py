"""Nested models, attention, a shared layer and several layers of one class: group names in the h5 file."""
# golden: stages=predict,checkpoint x1=int(6)

import keras
from keras import layers

inner = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(4), layers.Dense(4, name="second")], name="inner")
a = keras.Input(shape=(3, 4))
b = keras.Input(shape=(3,), dtype="int32")
e = layers.Embedding(6, 4)(b)
x = layers.MultiHeadAttention(2, 3, name="mixer")(a, e)
x = layers.LayerNormalization()(layers.Add()([x, e]))
x = layers.Flatten()(x)
x = layers.Dense(4, use_bias=False)(x)
y = inner(x)
z = inner(y)
model = keras.Model([a, b], [layers.Dense(2)(z), layers.SeparableConv2D(2, 2)(layers.Reshape((2, 2, 1))(z))], name="outer")
