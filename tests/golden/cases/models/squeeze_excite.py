"""Channel attention: global pooling, two dense layers, a broadcast product."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 4, 6))
s = layers.GlobalAveragePooling2D(keepdims=True)(inputs)
s = layers.Dense(2, activation="relu")(s)
s = layers.Dense(6, activation="hard_sigmoid")(s)
x = layers.Multiply()([inputs, s])
model = keras.Model(inputs, layers.SeparableConv2D(3, 3, activation="silu")(x))
