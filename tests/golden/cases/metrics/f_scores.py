"""F-scores of all averages."""
# golden: target0=onehot

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=[
        keras.metrics.F1Score(average="macro"),
        keras.metrics.FBetaScore(average="micro", beta=0.5),
        keras.metrics.FBetaScore(average="weighted", beta=2.0, threshold=0.3, name="weighted"),
    ],
)
