"""Adam and AdamW read the schedule before they count the step; decay uses the scheduled rate."""
# golden: stages=train steps=6 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.PolynomialDecay(0.1, decay_steps=4, end_learning_rate=0.01)
model.compile(optimizer=keras.optimizers.AdamW(schedule, weight_decay=0.1), loss="mse")
