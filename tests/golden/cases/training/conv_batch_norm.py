"""Convolution, batch normalisation and pooling: moving statistics over five steps, used by evaluate after fit."""
# golden: target0=class(3) stages=predict,train,evaluate,fit tolerance=5e-5 reason="five Adam steps through batch statistics of four rows amplify rounding"

import keras
from keras import layers

inputs = keras.Input(shape=(6, 6, 1))
x = layers.Conv2D(3, 3, padding="same", use_bias=False)(inputs)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.ReLU()(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Flatten()(x)
outputs = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
