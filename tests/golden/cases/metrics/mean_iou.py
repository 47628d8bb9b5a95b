"""Shares of overlap of class numbers."""
# golden: target0=class(4)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="sparse_categorical_crossentropy",
    metrics=[
        keras.metrics.MeanIoU(num_classes=4, sparse_y_pred=False),
        keras.metrics.IoU(num_classes=4, target_class_ids=[3], sparse_y_pred=False),
    ],
)
