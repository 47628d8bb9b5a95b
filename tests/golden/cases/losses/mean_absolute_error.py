"""MeanAbsoluteError over a sequence, with the reduction 'sum'."""

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(2, 5)), layers.Dense(3)])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss=keras.losses.MeanAbsoluteError(reduction="sum"))
