"""AUC of logits, weighted by samples, and of several labels."""
# golden: target0=int(2) sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3)])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    weighted_metrics=[
        keras.metrics.AUC(from_logits=True, num_thresholds=50),
        keras.metrics.AUC(curve="PR", from_logits=True, num_thresholds=50, name="pr"),
    ],
)
