"""Layers in both directions, and layers of each step."""

import keras
from keras import layers

x = keras.Input(shape=(4, 3))
forwards = layers.GRU(2, return_sequences=True)
backwards = layers.SimpleRNN(2, go_backwards=True, return_sequences=True)
both = layers.Bidirectional(layers.LSTM(2, return_state=True))(x)
images = layers.Reshape((4, 3, 1))(x)
outputs = [
    layers.Bidirectional(layers.LSTM(3))(x),
    layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="ave")(x),
    layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True), merge_mode="mul")(x),
    *layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode=None)(x),
    layers.Bidirectional(forwards, backward_layer=backwards)(x),
    *both,
    layers.Bidirectional(layers.LSTM(2))(x, initial_state=list(both[1:])),
    layers.TimeDistributed(layers.Dense(2, activation="relu"))(x),
    layers.TimeDistributed(layers.Conv1D(2, 2))(images),
    layers.TimeDistributed(layers.BatchNormalization())(x),
]
model = keras.Model(x, outputs)
