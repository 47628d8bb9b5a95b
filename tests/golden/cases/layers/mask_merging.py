"""Masks through merging layers, BatchNormalization and Dropout: joined, or true where either is."""
# golden: x0=int(3) x1=int(3)

import keras
from keras import layers

a = keras.Input(shape=(6,), dtype="int32")
b = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(4, 3, mask_zero=True)(a)
y = layers.Embedding(4, 3, mask_zero=True)(b)
plain = layers.Embedding(4, 3)(b)
pool = layers.GlobalAveragePooling1D
model = keras.Model(
    [a, b],
    [
        pool()(layers.Multiply()([x, y])),
        pool()(layers.Maximum()([x, y])),
        pool()(layers.Concatenate(axis=1)([x, y])),
        pool()(layers.Concatenate()([x, plain])),
        pool()(layers.BatchNormalization()(x)),
        pool()(layers.Dropout(0.3, seed=8)(x)),
        pool()(layers.Multiply()([x, plain])),
    ],
)
