"""Activations given as string, function, layer call and lambda."""

import keras
from keras import layers

inputs = keras.Input(shape=(4,))
model = keras.Model(
    inputs,
    [
        layers.Dense(3, activation="softmax")(inputs),
        layers.Dense(3, activation=keras.activations.silu)(inputs),
        layers.Dense(3, activation=lambda x: keras.activations.relu(x, negative_slope=0.1))(inputs),
        keras.activations.elu(layers.Dense(3)(inputs), alpha=0.5),
    ],
)
