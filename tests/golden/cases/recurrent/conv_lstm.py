"""Recurrent layers of convolutions in one, two and three dimensions."""

import keras
from keras import layers

line = keras.Input(shape=(3, 6, 2))
plane = keras.Input(shape=(3, 5, 5, 1))
volume = keras.Input(shape=(2, 3, 3, 3, 1))
x = layers.ConvLSTM1D(2, 3, padding="same", return_sequences=True, name="lines")(line)
x = layers.ConvLSTM1D(1, 2, strides=2, go_backwards=True, name="last")(x)
y = layers.ConvLSTM2D(2, (3, 2), recurrent_activation="hard_sigmoid", unit_forget_bias=False, name="planes")(plane)
z = layers.ConvLSTM3D(1, 2, use_bias=False, name="volumes")(volume)
model = keras.Model([line, plane, volume], [x, y, z])
