"""Activations along an axis on close values: softmax, log_softmax, sparsemax and glu on the last and on another axis."""
# golden: float_inputs=normal(0.4)

import keras
from keras import layers

a, b, c, d, e, f, g = [keras.Input(shape=(3, 4)) for _ in range(7)]
model = keras.Model(
    [a, b, c, d, e, f, g],
    [
        keras.activations.softmax(a, axis=1),
        keras.activations.log_softmax(b, axis=-1),
        keras.activations.log_softmax(c, axis=1),
        layers.Activation("sparsemax")(d),
        keras.activations.glu(e),
        keras.activations.softmax(f, axis=(1, 2)),
        layers.Activation("softmax")(g),
    ],
)
