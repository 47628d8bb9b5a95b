"""A regression on inputs that a layer normalises with the statistics of the training data."""

import keras
import numpy as np
from keras import layers

data = np.load("data.npz")
normalizer = layers.Normalization(name="statistics")
normalizer.adapt(data["x_train"] * 1.0)

model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        normalizer,
        layers.Dense(8, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=3)),
        layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=4)),
    ],
    name="adapted",
)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
history = model.fit(data["x_train"], data["y_train"], batch_size=16, epochs=2, shuffle=False, validation_split=0.25)
