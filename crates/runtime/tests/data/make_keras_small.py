"""Writes the weights files that tests/weights.rs reads, with the real Keras (KERAS_BACKEND=jax).

Run in this folder. The values are those that `expected` in the test computes, so the files can be
made again by any later version of Keras.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(3, name="first"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Dense(2, name="second", dtype="bfloat16"),
    ],
    name="small",
)
for index, variable in enumerate(model.variables):
    size = int(np.prod(variable.shape))
    variable.assign(np.arange(size, dtype="float32").reshape(variable.shape) + 10 * index)
model.save_weights("keras_small.weights.h5")
model.save("keras_small.keras")
for variable in model.variables:
    print(variable.path, variable.dtype, variable.shape)
