"""A loss given as a function from keras.losses, and the squeeze of targets of rank one more."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss=keras.losses.binary_crossentropy)
