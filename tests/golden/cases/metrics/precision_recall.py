"""Precision, Recall and the four counts, with thresholds, top_k and class_id."""
# golden: target0=onehot x0=normal(3)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=[
        keras.metrics.Precision(),
        keras.metrics.Recall(thresholds=0.3),
        keras.metrics.Precision(top_k=2, name="precision_top"),
        keras.metrics.Recall(class_id=1, thresholds=0.2, name="recall_of_one"),
        keras.metrics.TruePositives(),
        keras.metrics.FalsePositives(thresholds=0.25),
        keras.metrics.TrueNegatives(),
        keras.metrics.FalseNegatives(),
    ],
)
