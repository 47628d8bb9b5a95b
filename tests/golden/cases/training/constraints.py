"""Where weights are moved after each step: each class, names, defaults, axes, functions."""
# golden: target0=class(3) stages=predict,train,fit

import keras
from keras import constraints, layers, ops

inputs = keras.Input(shape=(6, 6, 2))
x = layers.Conv2D(4, 3, activation="relu", kernel_constraint=constraints.MaxNorm(0.5, axis=[0, 1, 2]), bias_constraint="non_neg")(inputs)
x = layers.DepthwiseConv2D(2, activation="tanh", depthwise_constraint="UnitNorm", bias_constraint=constraints.max_norm(0.1))(x)
x = layers.SeparableConv2D(4, 2, depthwise_constraint=constraints.UnitNorm([0, 1]), pointwise_constraint=constraints.NonNeg(), activation="tanh")(x)
x = layers.BatchNormalization(beta_constraint="max_norm", gamma_constraint=constraints.MinMaxNorm(0.8, 1.2, rate=0.5))(x)
x = layers.PReLU(alpha_constraint="NonNeg")(x)
x = layers.Flatten()(x)
x = layers.Dense(5, kernel_constraint=constraints.MinMaxNorm(min_value=0.2, max_value=0.4, axis=0))(x)
x = layers.Dense(4, kernel_constraint=constraints.MinMaxNorm, bias_constraint=lambda w: ops.clip(w, -0.01, 0.01))(x)
outputs = layers.Dense(3, activation="softmax", kernel_constraint="unit_norm")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="sparse_categorical_crossentropy")
