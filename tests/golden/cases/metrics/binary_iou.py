"""Shares of overlap of yes and no."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1, activation="sigmoid")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="binary_crossentropy",
    metrics=[
        keras.metrics.BinaryIoU(),
        keras.metrics.BinaryIoU(target_class_ids=[1], threshold=0.4, name="of_one"),
    ],
)
