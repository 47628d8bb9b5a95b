"""The best of one rate where another is at least a value."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1, activation="sigmoid")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="binary_crossentropy",
    metrics=[
        keras.metrics.SensitivityAtSpecificity(0.5),
        keras.metrics.SpecificityAtSensitivity(0.4, num_thresholds=20),
        keras.metrics.PrecisionAtRecall(0.6),
        keras.metrics.RecallAtPrecision(0.5, num_thresholds=1),
        keras.metrics.PrecisionAtRecall(0.3, name="named"),
    ],
)
