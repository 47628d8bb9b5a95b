"""Seeds are drawn when layers are constructed, not when they are built or called."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

keras.utils.set_random_seed(1)
last = layers.Dense(2)
first = layers.Dense(3)
unused = layers.Dense(4)
again = layers.Dense(3)
inputs = keras.Input(shape=(4,))
model = keras.Model(inputs, last(again(first(inputs))))
