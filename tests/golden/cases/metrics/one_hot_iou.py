"""Shares of overlap of classes."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=[
        keras.metrics.OneHotIoU(num_classes=4, target_class_ids=[0, 2]),
        keras.metrics.OneHotMeanIoU(num_classes=4),
        keras.metrics.OneHotMeanIoU(num_classes=4, ignore_class=1, name="less"),
    ],
)
