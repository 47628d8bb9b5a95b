"""Mean squared logarithmic error."""
# golden: target0=uniform(0.5,2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softplus")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.MeanSquaredLogarithmicError())
