"""A kernel with more elements than one threefry block and an odd number of them."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

inputs = keras.Input(shape=(37,))
x = layers.Dense(41, kernel_initializer=keras.initializers.GlorotUniform(seed=77))(inputs)
x = layers.Dense(33, kernel_initializer=keras.initializers.HeNormal(seed=78))(x)
model = keras.Model(inputs, x)
