"""Layers that the graph calls with training=True: the mode of a step goes before it, as Keras 3 has it."""
# golden: target0=normal stages=predict,train,evaluate

import keras
from keras import layers

inputs = keras.Input(shape=(6,))
x = layers.Dropout(0.5, seed=3)(inputs, training=True)
x = layers.BatchNormalization()(x, training=False)
inner_input = keras.Input(shape=(6,))
inner = keras.Model(inner_input, layers.GaussianNoise(0.5, seed=4)(inner_input, training=True))
outputs = layers.Dense(2)(inner(x, training=True))
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
