"""PolynomialDecay that ends within the run; the step count starts at 0."""
# golden: stages=train steps=8 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.PolynomialDecay(0.5, decay_steps=3, end_learning_rate=0.05, power=2.0)
model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
