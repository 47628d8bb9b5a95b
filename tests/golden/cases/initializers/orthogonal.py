"""Orthogonal: tall, wide, square and four-dimensional kernels, with gain."""
# golden: stages=init weights=initial tolerance=2e-6 reason="the QR decomposition depends on the linear algebra library"

import keras
from keras import layers

init = keras.initializers
inputs = keras.Input(shape=(5, 5, 4))
x = layers.Dense(3, kernel_initializer=init.Orthogonal(seed=1))(inputs)
y = layers.Dense(6, kernel_initializer=init.Orthogonal(gain=1.5, seed=2))(inputs)
z = layers.Dense(4, kernel_initializer=init.OrthogonalInitializer(seed=3))(inputs)
w = layers.Conv2D(5, 3, kernel_initializer=init.Orthogonal(seed=4))(inputs)
model = keras.Model(inputs, [x, y, z, w])
