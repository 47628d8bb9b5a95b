"""Spectrograms: trained Fourier transforms in all modes, and the mel scale in decibels and not."""
# golden: tolerance=5e-5 reason="logarithms of small powers"

import keras
from keras import layers

signal, plain, first = keras.Input(shape=(40, 2)), keras.Input(shape=(60,)), keras.Input(shape=(2, 40))
outputs = [
    layers.STFTSpectrogram(mode, frame_length=8, frame_step=3)(signal)
    for mode in ("log", "magnitude", "psd", "real", "imag", "stft")
]
outputs.append(layers.STFTSpectrogram("magnitude", 8, fft_length=16, window="hamming", scaling="spectrum", padding="same", expand_dims=True)(signal))
outputs.append(layers.STFTSpectrogram("log", 8, periodic=True, scaling=None, data_format="channels_first", expand_dims=True)(first))
outputs.append(layers.STFTSpectrogram("real", 8, data_format="channels_first")(first))
outputs.append(layers.MelSpectrogram(fft_length=16, sequence_stride=5, num_mel_bins=6, sampling_rate=800)(plain))
outputs.append(layers.MelSpectrogram(16, 4, 12, num_mel_bins=4, sampling_rate=800, max_freq=300, power_to_db=False, mag_exp=1.0)(plain))
config = layers.MelSpectrogram(16, 4, num_mel_bins=4).get_config()
assert config["sequence_length"] == 16 and config["max_freq"] == 8000 and config["top_db"] == 80.0
assert layers.STFTSpectrogram("psd", 8).get_config()["frame_length"] == 8
model = keras.Model([signal, plain, first], outputs)
