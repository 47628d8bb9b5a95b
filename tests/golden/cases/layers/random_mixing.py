"""Random windows, mixtures and motions of images, draw for draw, in training and not."""
# golden: x0=uniform(0,255) rows=4 tolerance=1e-4 reason="places between pixels are rounded before they are read"

import keras
from keras import layers

images = keras.Input(shape=(6, 5, 3))
first = layers.Permute((3, 1, 2))(images)
outputs = [
    layers.RandomErasing(1.0, scale=(0.1, 0.6), fill_value=7.0, seed=1)(images),
    layers.RandomErasing(0.8, scale=0.5, seed=2)(images),
    layers.RandomErasing(scale=(0.2, 0.7), fill_value=0, data_format="channels_first", seed=13)(first),
    layers.CutMix(1.0, seed=3)(images),
    layers.MixUp(0.4, seed=4)(images),
    layers.RandomShear(0.3, 0.2, seed=5)(images),
    layers.RandomShear((0.1, 0.4), fill_mode="constant", fill_value=3.0, interpolation="nearest", seed=6)(images),
    layers.RandomPerspective(1.0, 0.4, seed=7)(images),
]
config = layers.RandomErasing(0.5, fill_value=1.0).get_config()
assert config["factor"] == (0, 0.5) and config["scale"] == (0.02, 0.33) and config["fill_value"] == 1.0
model = keras.Model(images, outputs)
