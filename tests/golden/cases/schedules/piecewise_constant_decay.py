"""PiecewiseConstantDecay: a boundary belongs to the piece before it; the step count starts at 0."""
# golden: stages=train steps=8 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries=[1, 3], values=[0.5, 0.1, 0.01])
model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
