"""Categorical hinge."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.CategoricalHinge())
