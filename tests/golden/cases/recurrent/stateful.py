"""Layers that keep their state between calls, which Keras on JAX does not do in compiled steps; with options of all kinds."""
# golden: rows=2

import keras
from keras import layers

inputs = keras.Input(batch_shape=(2, 5, 3))
first = layers.LSTM(4, stateful=True, return_sequences=True, dropout=0.2, seed=2)
x = first(inputs)
x = layers.GRU(3, stateful=True, return_sequences=True, go_backwards=True, unroll=True)(x)
x, state = layers.SimpleRNN(3, stateful=True, return_state=True, return_sequences=True)(x)
outputs = layers.Bidirectional(layers.LSTM(2, stateful=True))(x)
assert first.stateful
first.reset_state()
first.reset_states()
model = keras.Model(inputs, [outputs, state])
