"""The h5 file of a compiled model has an optimizer group beside the layers."""
# golden: stages=predict,checkpoint checkpoints=h5

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(4, activation="relu"), layers.Dense(2)])
model.compile(optimizer="adam", loss="mse")
