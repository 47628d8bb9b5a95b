"""Dice over the whole batch."""
# golden: stages=predict,train,evaluate target0=int(2) fit_rows=8

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.Dice())
