"""'accuracy' with a sparse categorical loss; SparseTopK; the crossentropy as a metric; sample weights ignored by metrics."""
# golden: target0=class(6) sample_weight=true stages=predict,train,evaluate,fit

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(6, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="sparse_categorical_crossentropy",
    metrics=[
        "accuracy",
        keras.metrics.SparseCategoricalAccuracy(name="named"),
        keras.metrics.SparseTopKCategoricalAccuracy(k=2),
        "sparse_categorical_crossentropy",
    ],
)
