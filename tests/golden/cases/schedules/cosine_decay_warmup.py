"""CosineDecay after a warm-up; decay_steps does not count it; the step count starts at 0."""
# golden: stages=train steps=8 batch=2

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2)])
schedule = keras.optimizers.schedules.CosineDecay(0.0, decay_steps=3, alpha=0.1, warmup_target=0.5, warmup_steps=2)
model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
