"""Generalised cross-entropy of class numbers."""
# golden: target0=class(3)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.CategoricalGeneralizedCrossEntropy(q=0.7))
