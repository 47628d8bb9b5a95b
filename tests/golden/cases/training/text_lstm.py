"""A text classifier: embedding with padding, LSTM in both directions with dropout and penalties, five steps."""
# golden: x0=int(6) target0=class(2) stages=predict,train,evaluate,fit

import keras
from keras import layers, regularizers

model = keras.Sequential([
    keras.Input(shape=(6,), dtype="int32"),
    layers.Embedding(6, 4, mask_zero=True),
    layers.Bidirectional(layers.LSTM(3, return_sequences=True, dropout=0.2, seed=3)),
    layers.GRU(4, recurrent_regularizer="l2", kernel_constraint="max_norm", activity_regularizer=regularizers.L1(0.01)),
    layers.Dense(2, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
