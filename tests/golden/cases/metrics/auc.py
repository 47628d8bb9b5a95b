"""AUC: ROC and PR, other thresholds and summation methods."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1, activation="sigmoid")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="binary_crossentropy",
    metrics=[
        keras.metrics.AUC(),
        keras.metrics.AUC(curve="PR", name="pr"),
        keras.metrics.AUC(num_thresholds=20, summation_method="minoring", name="minoring"),
        keras.metrics.AUC(num_thresholds=20, summation_method="majoring", name="majoring"),
        keras.metrics.AUC(thresholds=[0.2, 0.5, 0.6], name="given"),
    ],
)
