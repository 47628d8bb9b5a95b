"""Every function of keras.activations on ordinary values, for tight gradients."""
# golden: rows=2 x0=normal(2)

import keras
from keras import layers

inputs = keras.Input(shape=(8,))
names = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid",
    "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus", "swish", "tanh", "tanh_shrink",
]
model = keras.Model(inputs, [layers.Activation(name)(inputs) for name in names])
