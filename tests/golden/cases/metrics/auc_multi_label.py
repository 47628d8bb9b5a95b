"""AUC averaged over labels, with label weights."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="sigmoid")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="binary_crossentropy",
    metrics=[
        keras.metrics.AUC(multi_label=True, num_labels=3, num_thresholds=30),
        keras.metrics.AUC(
            multi_label=True, num_labels=3, num_thresholds=30, label_weights=[1.0, 2.0, 0.5], name="weighted"
        ),
    ],
)
