"""Changes chosen at random among eleven kinds, by one generator for all of them."""
# golden: x0=uniform(0,255) batch=2 steps=3 stages=train tolerance=1e-4 reason="places between pixels are rounded before they are read"

import keras
from keras import layers

images = keras.Input(shape=(6, 6, 3))
x = layers.RandAugment(num_ops=2, factor=0.4, seed=5)(images)
x = layers.Rescaling(1.0 / 255)(x)
model = keras.Model(images, layers.Dense(1)(layers.Flatten()(x)))
assert layers.RandAugment(num_ops=1).get_config()["factor"] == (0, 0.5)
model.compile(optimizer="sgd", loss="mse")
