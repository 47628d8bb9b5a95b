"""Categorical focal cross-entropy."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.CategoricalFocalCrossentropy(alpha=0.4, gamma=1.5, label_smoothing=0.1))
