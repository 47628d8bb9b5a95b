"""A regression whose validation loss soon stops falling: the rate falls, then the training stops."""

import keras
import numpy as np
from keras import layers

data = np.load("data.npz")

model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        layers.Dense(8, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=3)),
        layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=4)),
    ],
    name="plateau",
)
model.compile(optimizer=keras.optimizers.Adam(0.2), loss="mse", metrics=["mae"])
history = model.fit(
    data["x_train"],
    data["y_train"],
    batch_size=16,
    epochs=30,
    shuffle=False,
    validation_data=(data["x_val"], data["y_val"]),
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=1, cooldown=1, min_lr=0.03),
        keras.callbacks.ModelCheckpoint("best-{epoch:02d}.keras", monitor="val_mae", save_best_only=True),
        keras.callbacks.CSVLogger("log.csv"),
        keras.callbacks.EarlyStopping(patience=4, min_delta=1e-3, restore_best_weights=True),
    ],
)
