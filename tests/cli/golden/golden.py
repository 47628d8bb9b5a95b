import jax.numpy as jnp
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        layers.Dense(5, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(2),
    ],
    name="golden",
)
model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse", metrics=["mae"])


def scale(x, factor):
    return jnp.asarray(x) * factor
