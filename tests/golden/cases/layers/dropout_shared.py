"""One Dropout layer called twice: its seed state advances by one per call, so the two masks differ."""

import keras
from keras import layers

inputs = keras.Input(shape=(8,))
dropout = layers.Dropout(0.4, seed=1234567)
x = dropout(inputs)
y = dropout(inputs)
model = keras.Model(inputs, [x, y])
