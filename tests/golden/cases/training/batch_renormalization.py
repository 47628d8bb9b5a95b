"""Batch renormalisation: corrections with and without limits, without gamma or beta, frozen, with a partial batch."""
# golden: target0=normal stages=predict,gradients,train,evaluate,fit tolerance=5e-5 reason="five steps through batch statistics of four rows amplify rounding"

import keras
from keras import layers

inputs = keras.Input(shape=(5, 3))
x = layers.BatchNormalization(renorm=True, momentum=0.9)(inputs)
x = layers.Dense(4, activation="tanh")(x)
x = layers.BatchNormalization(renorm=True, renorm_clipping={"rmin": 0.5, "rmax": 2.0, "dmax": 0.3}, renorm_momentum=0.8, scale=False)(x)
x = layers.Dense(4, activation="tanh")(x)
frozen = layers.BatchNormalization(renorm=True)
frozen.trainable = False
x = frozen(x)
x = layers.BatchNormalization(renorm=True, scale=False, center=False, axis=1, renorm_clipping={"rmax": 1.1})(x)
outputs = layers.Dense(2)(layers.Flatten()(x))
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
