"""Fans of convolution kernels: grouped, depthwise, separable and transposed kernels, with seeded initializers."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

init = keras.initializers
inputs = keras.Input(shape=(8, 8, 4))
model = keras.Model(
    inputs,
    [
        layers.Conv2D(6, 3, kernel_initializer=init.GlorotUniform(seed=1))(inputs),
        layers.Conv2D(6, (3, 2), groups=2, kernel_initializer=init.HeNormal(seed=2))(inputs),
        layers.DepthwiseConv2D(3, depth_multiplier=2, depthwise_initializer=init.GlorotUniform(seed=3))(inputs),
        layers.SeparableConv2D(
            5, 3, depthwise_initializer=init.HeUniform(seed=4), pointwise_initializer=init.LecunNormal(seed=5)
        )(inputs),
        layers.Conv2DTranspose(3, 3, kernel_initializer=init.GlorotNormal(seed=6))(inputs),
        layers.Conv1D(3, 2, kernel_initializer=init.LecunUniform(seed=7))(layers.Reshape((16, 16))(inputs)),
    ],
)
