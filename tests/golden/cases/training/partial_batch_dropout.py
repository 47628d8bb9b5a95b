"""A partial last batch through Dropout: the mask is drawn for the shape of the rows that are there."""
# golden: stages=fit target0=normal

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5), layers.Dropout(0.5, seed=21), layers.Dense(2)])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
