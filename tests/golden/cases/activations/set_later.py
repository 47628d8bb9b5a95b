"""Activations that are put in the place of those that layers were made with."""
# golden: stages=predict,gradients

import keras
from keras import layers

hidden = layers.Dense(6, activation="relu")
last = layers.Dense(4)
hidden.activation = keras.activations.tanh
last.activation = keras.activations.softmax
model = keras.Sequential([keras.Input(shape=(5,)), hidden, layers.Dense(5, activation="elu"), last])
model.layers[1].activation = keras.activations.linear
