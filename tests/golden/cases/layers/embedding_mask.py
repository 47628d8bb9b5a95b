"""mask_zero: the mask travels from Embedding through Dropout and Dense to the mask-aware average."""
# golden: x0=int(3)

import keras
from keras import layers

inputs = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(5, 4, mask_zero=True)(inputs)
x = layers.Dense(3, activation="relu")(x)
x = layers.LayerNormalization()(x)
model = keras.Model(inputs, layers.GlobalAveragePooling1D()(x))
