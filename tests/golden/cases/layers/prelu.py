"""PReLU: a slope per element, shared over the spatial axes."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 2))
model = keras.Model(inputs, [layers.PReLU()(inputs), layers.PReLU(shared_axes=[1, 2])(inputs)])
