"""Normalization with the statistics of data that the file holds, along different axes, adapted before and after it is built."""
# golden: stages=init

import keras
import numpy as np
from keras import layers

x = keras.Input(shape=(3, 2))
data = np.array([[[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]], [[0.0, 4.0], [2.0, 2.0], [7.0, -2.5]]])
outputs = []
for axis in [-1, 1, (1, 2), None]:
    layer = layers.Normalization(axis=axis)
    layer.adapt(data)
    outputs.append(layer(x))
built = layers.Normalization(invert=True)
outputs.append(built(x))
built.adapt(data[:1] * 2.0)
outputs.append(layers.Normalization()(x))
model = keras.Model(x, outputs)
