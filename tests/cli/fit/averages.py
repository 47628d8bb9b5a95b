"""A classifier with averaged weights, weighted classes, a rate for each epoch and epochs of their own length."""

import math

import keras
import numpy as np
from keras import layers

data = np.load("labels.npz")


def rate(epoch, rate):
    return rate if epoch < 3 else rate * math.exp(-0.2)


model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        layers.Dense(6, activation="relu", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=5)),
        layers.Dense(3, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=6)),
    ],
    name="averages",
)
model.compile(
    optimizer=keras.optimizers.SGD(0.3, momentum=0.8, use_ema=True, ema_momentum=0.9),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(
    data["x_train"],
    data["y_train"],
    batch_size=16,
    initial_epoch=1,
    epochs=7,
    steps_per_epoch=3,
    shuffle=False,
    class_weight={0: 2.0, 1: 0.5, 2: 1.0},
    validation_data=(data["x_val"], data["y_val"]),
    validation_batch_size=8,
    validation_steps=2,
    validation_freq=2,
    callbacks=keras.callbacks.LearningRateScheduler(rate),
)
