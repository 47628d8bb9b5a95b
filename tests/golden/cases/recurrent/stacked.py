"""Cells of their own: one, and several as one."""

import keras
from keras import layers

x = keras.Input(shape=(4, 3))
outputs = [
    layers.RNN(layers.LSTMCell(3), return_sequences=True)(x),
    *layers.RNN(layers.GRUCell(2), return_state=True)(x),
    layers.RNN([layers.LSTMCell(3), layers.GRUCell(4), layers.SimpleRNNCell(2)], return_sequences=True)(x),
    layers.RNN(layers.StackedRNNCells([layers.SimpleRNNCell(3), layers.LSTMCell(2)]), go_backwards=True)(x),
]
model = keras.Model(x, outputs)
