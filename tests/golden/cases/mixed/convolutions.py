"""Convolutions, batch normalization, pooling and dropout in mixed_bfloat16, with a float32 head, as vision models are trained."""
# golden: tolerance=1.5e-2 reason="sums of numbers with 8 bits are rounded in another order"

import keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_bfloat16")
inputs = keras.Input(shape=(8, 8, 3))
x = layers.Rescaling(1.0 / 2, offset=0.25)(inputs)
x = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
x = layers.BatchNormalization()(x)
x = layers.DepthwiseConv2D(3)(x)
x = layers.SeparableConv2D(4, 3, strides=2)(x)
x = layers.MaxPooling2D(2, strides=1)(x)
x = layers.GroupNormalization(2)(x)
x = layers.AveragePooling2D(1)(x)
x = layers.Activation("swish")(x)
x = layers.Dropout(0.25, seed=3)(x)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(5, dtype="float32")(x)
model = keras.Model(inputs, [outputs, x])
