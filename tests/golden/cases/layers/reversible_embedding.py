"""Embeddings that go back to scores of tokens: with one table and with two, with capped scores."""
# golden: x0=int(7) x1=int(7)

import keras
from keras import layers

first, second = keras.Input(shape=(4,), dtype="int32"), keras.Input(shape=(4,), dtype="int32")
tied = layers.ReversibleEmbedding(7, 3, logit_soft_cap=2.0)
apart = layers.ReversibleEmbedding(7, 3, tie_weights=False, mask_zero=True)
x = layers.Dense(3)(tied(first))
y = apart(second)
outputs = [tied(x, reverse=True), apart(layers.GlobalAveragePooling1D()(y), reverse=True)]
assert tied.get_config()["logit_soft_cap"] == 2.0 and not apart.get_config()["tie_weights"]
model = keras.Model([first, second], outputs)
