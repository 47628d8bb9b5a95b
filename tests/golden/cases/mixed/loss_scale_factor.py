"""A fixed loss scale, undone in the gradients."""
# golden: batch=4 steps=5 stages=train,fit

import keras
from keras import layers

inputs = keras.Input(shape=(6,))
x = layers.Dense(12, activation="tanh")(inputs)
model = keras.Model(inputs, layers.Dense(2)(x))
model.compile(optimizer=keras.optimizers.RMSprop(0.01, loss_scale_factor=1024.0), loss="mse")
