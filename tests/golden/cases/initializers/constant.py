"""The initializers that draw nothing: zeros, ones, constant, identity."""
# golden: stages=init weights=initial tolerance=0 reason="constants"

import keras
from keras import layers

inputs = keras.Input(shape=(4,))
model = keras.Model(
    inputs,
    [
        layers.Dense(3, kernel_initializer="zeros", bias_initializer="ones")(inputs),
        layers.Dense(3, kernel_initializer=keras.initializers.Constant(0.5))(inputs),
        layers.Dense(3, kernel_initializer=keras.initializers.Identity(gain=2.0))(inputs),
        layers.Dense(4, kernel_initializer="identity", bias_initializer=keras.initializers.Constant(-1.5))(inputs),
    ],
)
