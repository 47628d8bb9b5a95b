"""Random initializers with arguments; variance_scaling in its three modes and distributions; a large seed."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

init = keras.initializers
choices = [
    init.RandomNormal(mean=1.0, stddev=0.5, seed=1),
    init.RandomUniform(minval=-2.0, maxval=3.0, seed=2),
    init.TruncatedNormal(mean=-1.0, stddev=0.25, seed=3),
    init.VarianceScaling(scale=2.0, mode="fan_out", distribution="untruncated_normal", seed=4),
    init.VarianceScaling(scale=0.1, mode="fan_avg", distribution="uniform", seed=5),
    init.VarianceScaling(scale=1.5, mode="fan_in", distribution="truncated_normal", seed=6),
    init.GlorotUniform(seed=4294967295),
    init.GlorotNormal(seed=0),
]
inputs = keras.Input(shape=(7,))
model = keras.Model(inputs, [layers.Dense(3, kernel_initializer=choice)(inputs) for choice in choices])
