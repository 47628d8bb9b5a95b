"""Each recurrent layer with its defaults, and with other activations, no bias, states and both directions of time."""

import keras
from keras import layers

x = keras.Input(shape=(5, 4))
outputs = [
    layers.SimpleRNN(3)(x),
    layers.LSTM(3)(x),
    layers.GRU(3)(x),
    layers.SimpleRNN(2, activation="relu", use_bias=False, return_sequences=True)(x),
    layers.LSTM(2, activation="softsign", recurrent_activation="hard_sigmoid", unit_forget_bias=False, return_sequences=True, go_backwards=True)(x),
    layers.GRU(2, recurrent_activation="relu", use_bias=False, return_sequences=True, go_backwards=True)(x),
    layers.GRU(2, reset_after=False, implementation=1)(x),
    layers.GRU(2, reset_after=False, use_bias=False)(x),
    layers.LSTM(2, implementation=1, use_cudnn=False)(x),
    layers.GRU(2, implementation=1, use_cudnn=False)(x),
    layers.SimpleRNN(3, activation=None, go_backwards=True)(x),
    layers.LSTM(2, unroll=True, go_backwards=True, return_sequences=True)(x),
]
model = keras.Model(x, outputs)
