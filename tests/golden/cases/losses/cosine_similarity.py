"""Cosine similarity, its name as loss."""
# golden: target0=normal

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="tanh")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="cosine_similarity")
