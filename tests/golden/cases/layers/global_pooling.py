"""Global pooling in one and two dimensions, with and without keepdims, channels first."""

import keras
from keras import layers

a = keras.Input(shape=(5, 3))
b = keras.Input(shape=(4, 3, 2))
model = keras.Model(
    [a, b],
    [
        layers.GlobalAveragePooling1D()(a),
        layers.GlobalMaxPooling1D()(a),
        layers.GlobalAveragePooling1D(keepdims=True)(a),
        layers.GlobalMaxPooling1D(data_format="channels_first")(a),
        layers.GlobalAveragePooling2D()(b),
        layers.GlobalMaxPooling2D()(b),
        layers.GlobalAveragePooling2D(keepdims=True)(b),
        layers.GlobalMaxPooling2D(keepdims=True, data_format="channels_first")(b),
    ],
)
