"""fit with a validation split: the last rows, before any shuffling, evaluated at the end of each epoch."""
# golden: target0=class(3) stages=fit validation_split=0.3 epochs=3

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="relu"), layers.Dense(3)])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
