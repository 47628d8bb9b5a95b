"""A layer that is not trainable has no optimizer slots and does not change."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh", trainable=False), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
