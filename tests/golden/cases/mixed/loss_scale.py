"""A loss-scale optimizer of the program whose scale overflows at first and then grows every two steps."""
# golden: batch=4 steps=9 stages=train,fit

import keras
from keras import layers

inputs = keras.Input(shape=(6,))
x = layers.Dense(12, activation="tanh")(inputs)
outputs = layers.Dense(2)(x)
model = keras.Model(inputs, outputs)
inner = keras.optimizers.Adam(0.01, clipnorm=1.0)
optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=2.0**127, dynamic_growth_steps=2)
model.compile(optimizer=optimizer, loss=lambda y, p: 64.0 * keras.ops.mean(keras.ops.square(y - p), axis=-1))
assert optimizer.dynamic_growth_steps == 2
