"""Embedding of integer ids, followed by pooling; repeated ids sum their gradients."""
# golden: x0=int(7)

import keras
from keras import layers

inputs = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(7, 4)(inputs)
model = keras.Model(inputs, [x, layers.GlobalAveragePooling1D()(x)])
