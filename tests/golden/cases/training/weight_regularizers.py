"""Penalties of weights: each class, names, defaults, functions; they count in train and evaluate, not where a layer is frozen."""
# golden: target0=class(3) stages=predict,train,evaluate,fit

import keras
from keras import layers, ops, regularizers


def cubes(weight):
    return 0.003 * ops.sum(ops.abs(weight) ** 3)


inputs = keras.Input(shape=(6, 6, 2))
x = layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.02))(inputs)
x = layers.DepthwiseConv2D(2, depthwise_regularizer="L1", bias_regularizer=regularizers.l2(0.1))(x)
x = layers.SeparableConv2D(4, 2, depthwise_regularizer="l1l2", pointwise_regularizer=regularizers.L1L2(0.01, 0.02))(x)
x = layers.BatchNormalization(beta_regularizer=regularizers.L2(), gamma_regularizer=regularizers.l1_l2(l2=0.05))(x)
x = layers.PReLU(alpha_regularizer=regularizers.L1, shared_axes=[1, 2])(x)
x = layers.Conv2DTranspose(3, 2, kernel_regularizer=regularizers.L2(0.03))(x)
x = layers.LayerNormalization(beta_regularizer="l1", gamma_regularizer="l2")(x)
x = layers.GroupNormalization(3, gamma_regularizer="l2")(x)
x = layers.Flatten()(x)
x = layers.Dense(5, kernel_regularizer=regularizers.OrthogonalRegularizer(0.5), bias_regularizer=cubes)(x)
x = layers.Dense(4, kernel_regularizer=regularizers.OrthogonalRegularizer(0.5, mode="columns"))(x)
frozen = layers.Dense(4, kernel_regularizer="l2")
frozen.trainable = False
x = frozen(x)
x = layers.EinsumDense("ab,bc->ac", 4, bias_axes="c", kernel_regularizer=lambda w: 0.1 * ops.sum(w * w))(x)
outputs = layers.Dense(3, activation="softmax", kernel_regularizer=regularizers.get("orthogonal_regularizer"))(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
