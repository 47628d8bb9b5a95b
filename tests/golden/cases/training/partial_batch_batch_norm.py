"""A partial last batch through BatchNormalization: statistics over the rows that are there."""
# golden: stages=fit target0=normal

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5), layers.BatchNormalization(momentum=0.5), layers.Dense(2)]
)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
