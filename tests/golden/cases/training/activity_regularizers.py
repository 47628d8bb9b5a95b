"""Penalties of outputs over the number of rows: of layers called twice, inside models, with partial batches."""
# golden: target0=normal stages=predict,train,evaluate,fit

import keras
from keras import layers, regularizers

inputs = keras.Input(shape=(4,))
shared = layers.Dense(4, activation="tanh", activity_regularizer=regularizers.L1(0.1))
x = shared(shared(inputs))
inner_input = keras.Input(shape=(4,))
inner = layers.Dense(6, activity_regularizer="l2", kernel_regularizer=regularizers.L2(0.2))(inner_input)
inner = keras.Model(inner_input, layers.ActivityRegularization(l1=0.05, l2=0.02)(inner))
x = inner(x)
stack = keras.Sequential([layers.Dense(6, activity_regularizer=regularizers.L1L2(0.1, 0.1)), layers.ReLU()])
x = stack(x)
x = layers.Reshape((3, 2))(x)
x = layers.MultiHeadAttention(2, 3, activity_regularizer="l2", kernel_regularizer="l1")(x, x)
x = layers.Flatten()(x)
x = layers.Activation("relu", activity_regularizer=lambda y: keras.ops.max(keras.ops.abs(y)))(x)
outputs = layers.Dense(2)(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss="mse", metrics=["mae"])
