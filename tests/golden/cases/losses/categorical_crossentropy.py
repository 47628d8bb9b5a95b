"""CategoricalCrossentropy of probabilities."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy")
