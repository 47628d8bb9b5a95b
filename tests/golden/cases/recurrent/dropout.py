"""Dropout of inputs and states: one mask for all steps, drawn anew in each call."""

import keras
from keras import layers

x = keras.Input(shape=(5, 4))
outputs = [
    layers.SimpleRNN(3, dropout=0.3, recurrent_dropout=0.4, seed=5)(x),
    layers.LSTM(3, dropout=0.3, seed=6)(x),
    layers.LSTM(3, dropout=0.3, recurrent_dropout=0.4, seed=7)(x),
    layers.GRU(3, dropout=0.3, seed=8)(x),
    layers.GRU(3, recurrent_dropout=0.4, return_sequences=True, seed=9)(x),
    layers.GRU(3, dropout=0.2, recurrent_dropout=0.4, reset_after=False, seed=10)(x),
    layers.Bidirectional(layers.LSTM(2, dropout=0.5, seed=3))(x),
    layers.RNN([layers.LSTMCell(3, dropout=0.3, seed=1), layers.GRUCell(2, recurrent_dropout=0.2, seed=2)])(x),
    layers.TimeDistributed(layers.Dropout(0.5, seed=4))(x),
]
model = keras.Model(x, outputs)
