"""One initializer instance used twice gives equal values for equal shapes."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

keras.utils.set_random_seed(5)
initializer = keras.initializers.HeUniform()
inputs = keras.Input(shape=(3,))
x = layers.Dense(3, kernel_initializer=initializer)(inputs)
x = layers.Dense(3, kernel_initializer=initializer)(x)
x = layers.Dense(4, kernel_initializer=initializer)(x)
model = keras.Model(inputs, x)
