"""SparseCategoricalCrossentropy over a sequence of logits, one class ignored."""
# golden: target0=class(4)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3, 5)), layers.Dense(4)])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2),
)
