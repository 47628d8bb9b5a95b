"""SparseCategoricalCrossentropy of probabilities with ignore_class."""
# golden: target0=class(4)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3, 5)), layers.Dense(4, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5), loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
)
