"""'accuracy' with a binary loss; BinaryAccuracy with another threshold; BinaryCrossentropy."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1, activation="sigmoid")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="binary_crossentropy",
    metrics=["accuracy", keras.metrics.BinaryAccuracy(threshold=0.3, name="low"), keras.metrics.BinaryCrossentropy()],
)
