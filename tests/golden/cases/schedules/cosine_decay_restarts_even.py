"""CosineDecayRestarts with equal periods; the step count starts at 0."""
# golden: stages=train steps=8 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.CosineDecayRestarts(0.5, first_decay_steps=2, t_mul=1.0)
model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
