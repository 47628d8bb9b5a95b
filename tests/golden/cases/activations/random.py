"""Every function of keras.activations on ordinary values, for tight gradients."""
# golden: rows=2 float_inputs=normal(2)

import keras
from keras import layers

names = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid",
    "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus", "swish", "tanh", "tanh_shrink",
]
inputs = [keras.Input(shape=(8,)) for name in names]
outputs = [layers.Activation(name)(x) for name, x in zip(names, inputs)]
model = keras.Model(inputs, outputs)
