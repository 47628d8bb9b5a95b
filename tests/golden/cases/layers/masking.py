"""Masking: hidden steps are zero behind it, do not count in a mean and leave a recurrent layer's state alone."""

import keras
from keras import layers, ops

inputs = keras.Input(shape=(5, 3))
steps = layers.Masking(mask_value=0.5)(inputs * ops.cast(inputs > 0, "float32") + 0.5 * ops.cast(inputs <= 0, "float32"))
mean = layers.GlobalAveragePooling1D()(steps)
last = layers.SimpleRNN(4, name="steps")(layers.Masking(mask_value=0.5)(steps))
model = keras.Model(inputs, [steps, mean, last])
