"""Input layers under the old names of their shape."""

import keras
from keras import layers

sequence = keras.Sequential([layers.InputLayer(input_shape=(6, 3)), layers.Conv1D(4, 2, activation="relu")])
rows = keras.Sequential([layers.InputLayer(batch_input_shape=(None, 6, 3)), layers.Flatten(), layers.Dense(4)])
inputs = keras.Input((6, 3))
model = keras.Model(inputs, [sequence(inputs), rows(inputs)])
