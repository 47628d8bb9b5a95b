"""SparseCategoricalCrossentropy of probabilities."""
# golden: target0=class(4)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")
