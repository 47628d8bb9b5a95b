"""States returned and passed on: an encoder and a decoder."""

import keras
from keras import layers

source, target = keras.Input(shape=(4, 3)), keras.Input(shape=(5, 2))
_, h, c = layers.LSTM(3, return_state=True)(source)
decoded, h2, c2 = layers.LSTM(3, return_sequences=True, return_state=True)(target, initial_state=[h, c])
every, last = layers.GRU(3, return_sequences=True, return_state=True, go_backwards=True)(decoded, initial_state=h2)
plain, end = layers.SimpleRNN(3, return_state=True)(every, initial_state=last)
model = keras.Model([source, target], [decoded, c2, every, plain, end])
