"""A penalty and a constraint of an embedding, with Adam's accumulated steps and moving averages."""
# golden: x0=int(7) target0=class(2) stages=predict,train,fit

import keras
from keras import layers, regularizers

model = keras.Sequential([
    keras.Input(shape=(5,), dtype="int32"),
    layers.Embedding(7, 3, embeddings_regularizer=regularizers.L1(0.01), embeddings_constraint=keras.constraints.MaxNorm(0.7, axis=1)),
    layers.GlobalAveragePooling1D(),
    layers.Dense(2, activation="softmax", kernel_constraint="max_norm"),
])
optimizer = keras.optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3)
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
