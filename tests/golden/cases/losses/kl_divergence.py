"""KLDivergence between distributions."""
# golden: target0=simplex

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss=keras.losses.KLDivergence())
