"""Images enlarged and shrunk with each kind of interpolation, with and without antialiasing, cropped and padded."""

import jax
import keras
from keras import layers

x = keras.Input(shape=(5, 4, 2))
outputs = [layers.UpSampling2D((2, 3), interpolation=name)(x) for name in ["bilinear", "bicubic", "lanczos3", "lanczos5"]]
outputs += [layers.Resizing(3, 7, interpolation=name)(x) for name in ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]]
outputs += [layers.Resizing(2, 3, interpolation=name, antialias=True)(x) for name in ["nearest", "bilinear", "bicubic", "lanczos5"]]
outputs += [
    layers.Resizing(6, 3, crop_to_aspect_ratio=True)(x),
    layers.Resizing(3, 6, crop_to_aspect_ratio=True)(x),
    layers.Resizing(6, 3, pad_to_aspect_ratio=True, fill_value=0.5)(x),
    layers.Resizing(2, 8, pad_to_aspect_ratio=True)(x),
    layers.Resizing(4, 3, data_format="channels_first")(x),
    keras.ops.image.resize(x, (7, 3), interpolation="bicubic", antialias=True),
]
methods = ["linear", "cubic", "cubic-pytorch", "area", "lanczos3"]
outputs += [layers.Lambda(lambda v, m=m: jax.image.resize(v, (v.shape[0], 3, 6, 2), m, antialias=False))(x) for m in methods]
outputs += [
    layers.Lambda(lambda v: jax.image.resize(v, (v.shape[0], 3, 6, 2), "area"))(x),
    layers.Lambda(lambda v: jax.image.scale_and_translate(v, (v.shape[0], 6, 6, 2), (1, 2), jax.numpy.array([1.5, 0.7]), jax.numpy.array([0.5, 1.0]), "cubic"))(x),
]
model = keras.Model(x, outputs)
