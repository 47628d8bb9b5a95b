"""The activation layers with their arguments, on values where they bend and saturate."""
# golden: x0=corner rows=2

import keras
from keras import layers

inputs = keras.Input(shape=(24,))
model = keras.Model(
    inputs,
    [
        layers.ReLU()(inputs),
        layers.ReLU(max_value=6.0)(inputs),
        layers.ReLU(negative_slope=0.1)(inputs),
        layers.ReLU(max_value=3.0, negative_slope=0.2, threshold=1.0)(inputs),
        layers.LeakyReLU()(inputs),
        layers.LeakyReLU(negative_slope=0.05)(inputs),
        layers.LeakyReLU(alpha=0.1)(inputs),
        layers.ELU()(inputs),
        layers.ELU(alpha=0.5)(inputs),
        layers.Softmax()(inputs),
        layers.Activation("relu")(inputs),
        layers.Activation("linear")(inputs),
        layers.Activation(keras.activations.tanh)(inputs),
    ],
)
