"""A Sequential model grown with add, its first layer without Input, built by build()."""

import keras
from keras import layers

model = keras.Sequential(name="grown")
model.add(layers.Dense(4, activation="relu"))
model.add(layers.Dense(2))
model.build((None, 3))
model.compile(optimizer="sgd", loss="mae")
