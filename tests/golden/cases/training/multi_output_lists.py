"""Losses, weights and metrics of several outputs given as lists; the same loss for both outputs."""
# golden: stages=predict,train,evaluate,fit

import keras
from keras import layers

inputs = keras.Input(shape=(4,))
x = layers.Dense(6, activation="relu")(inputs)
first = layers.Dense(2)(x)
second = layers.Dense(3)(x)
model = keras.Model(inputs, [first, second])
model.compile(
    optimizer=keras.optimizers.SGD(0.05),
    loss=["mse", keras.losses.Huber(delta=0.5)],
    loss_weights=[0.3, 0.7],
    metrics=[["mae"], ["mse"]],
)
