"""ExponentialDecay; the step count starts at 0."""
# golden: stages=train steps=8 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.ExponentialDecay(0.5, decay_steps=2, decay_rate=0.5)
model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
