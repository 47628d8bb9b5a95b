"""Thresholds of one class of several."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=[
        keras.metrics.SensitivityAtSpecificity(0.5, class_id=1),
        keras.metrics.RecallAtPrecision(0.3, class_id=2),
    ],
)
