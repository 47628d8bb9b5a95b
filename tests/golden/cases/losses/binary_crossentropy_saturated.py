"""BinaryCrossentropy where sigmoid reaches 0 and 1: probabilities are clipped to [1e-7, 1 - 1e-7]."""
# golden: target0=int(2) x0=normal(20)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss=keras.losses.BinaryCrossentropy())
