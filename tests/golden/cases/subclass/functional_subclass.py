"""A class that derives from Model and is given by inputs and outputs, with an attribute beside the graph."""

import keras
from keras import layers


class Autoencoder(keras.Model):
    def __init__(self, features, code, **kwargs):
        inputs = keras.Input((features,))
        encoded = layers.Dense(code, activation="relu", name="code")(inputs)
        decoded = layers.Dense(features)(encoded)
        super().__init__(inputs=inputs, outputs=decoded, **kwargs)
        self.code_size = code

    def describe(self):
        return f"{self.name}: {self.code_size} of {self.input_shape[-1]}"


model = Autoencoder(6, 3, name="auto")
assert model.describe() == "auto: 3 of 6"
assert [layer.name for layer in model.layers][1:] == ["code", "dense"] or len(model.layers) == 2
model.compile(optimizer="sgd", loss="mse")
