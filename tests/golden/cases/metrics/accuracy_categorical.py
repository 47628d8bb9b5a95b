"""'accuracy' with a categorical loss, TopK, weighted metrics with sample weights."""
# golden: target0=onehot sample_weight=true stages=predict,train,evaluate,fit

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(6, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=3), keras.metrics.CategoricalCrossentropy()],
    weighted_metrics=["acc", keras.metrics.TopKCategoricalAccuracy(k=2, name="top2")],
)
