"""Pooling to given sizes in one, two and three dimensions, where windows overlap and where they do not."""

import keras
from keras import layers

lines, images, volumes = keras.Input(shape=(7, 3)), keras.Input(shape=(7, 6, 2)), keras.Input(shape=(4, 5, 3, 2))
first = keras.Input(shape=(2, 6, 5))
outputs = [
    layers.AdaptiveAveragePooling1D(3)(lines),
    layers.AdaptiveMaxPooling1D(4)(lines),
    layers.AdaptiveAveragePooling2D((3, 2))(images),
    layers.AdaptiveMaxPooling2D(3)(images),
    layers.AdaptiveAveragePooling3D(2)(volumes),
    layers.AdaptiveMaxPooling3D((2, 3, 1))(volumes),
    layers.AdaptiveAveragePooling2D(2, data_format="channels_first")(first),
    layers.AdaptiveMaxPooling2D((4, 5), data_format="channels_first")(first),
]
layer = layers.AdaptiveMaxPooling2D(3, name="pool")
config = layer.get_config()
assert config["output_size"] == (3, 3) and config["data_format"] == "channels_last" and config["name"] == "pool"
model = keras.Model([lines, images, volumes, first], outputs)
