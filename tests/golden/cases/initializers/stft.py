"""STFT kernels: both sides, windows, scalings."""
# golden: stages=init weights=initial tolerance=2e-6 reason="cosines of large angles in float32"

import keras
from keras import layers

init = keras.initializers
inputs = keras.Input(shape=(16, 1))
model = keras.Model(
    inputs,
    [
        layers.Conv1D(5, 8, kernel_initializer=init.STFT())(inputs),
        layers.Conv1D(5, 8, kernel_initializer=init.STFT("imag", window="hamming", scaling="spectrum"))(inputs),
        layers.Conv1D(5, 8, kernel_initializer=init.STFT("real", window=None, scaling=None))(inputs),
        layers.Conv1D(9, 16, kernel_initializer=init.STFT("imag", periodic=True))(inputs),
    ],
)
