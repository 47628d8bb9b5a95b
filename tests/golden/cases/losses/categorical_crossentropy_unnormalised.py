"""CategoricalCrossentropy of positive outputs that do not sum to one: Keras normalises them."""
# golden: target0=simplex

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss=keras.losses.CategoricalCrossentropy())
