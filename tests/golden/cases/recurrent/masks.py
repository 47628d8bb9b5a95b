"""Steps that do not count: states and outputs stay, or outputs are zero; masks go on with sequences."""
# golden: x0=int(3)

import keras
from keras import layers

tokens = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(3, 4, mask_zero=True)(tokens)
outputs = [
    layers.SimpleRNN(3)(x),
    layers.LSTM(3, return_sequences=True)(x),
    layers.GRU(3, go_backwards=True, return_sequences=True)(x),
    layers.LSTM(2, zero_output_for_mask=True, return_sequences=True)(x),
    layers.GRU(2, unroll=True, return_sequences=True)(x),
    layers.LSTM(2)(layers.GRU(3, return_sequences=True)(x)),
    layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x),
    layers.Bidirectional(layers.GRU(2), merge_mode="sum")(x),
    layers.TimeDistributed(layers.Dense(2))(x),
    layers.LSTM(2)(x, mask=keras.ops.equal(tokens, 1)),
]
model = keras.Model(tokens, outputs)
