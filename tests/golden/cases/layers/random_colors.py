"""Random changes of colours, draw for draw, in training and not."""
# golden: x0=uniform(0,255) x1=uniform(0,1) tolerance=2e-5 reason="colours go there and back through hue and saturation"

import keras
from keras import layers


class Equalized(layers.Layer):
    """Keras cannot put an Equalization itself into a functional model."""

    def __init__(self, **kwargs):
        super().__init__()
        self.inner = layers.Equalization(**kwargs)

    def call(self, images, training=False):
        return self.inner(images, training=training)


images, unit = keras.Input(shape=(5, 6, 3)), keras.Input(shape=(5, 4, 3))
first = layers.Permute((3, 1, 2))(unit)
outputs = [
    layers.AutoContrast()(images),
    layers.Solarization(0.3, 0.7, seed=1)(images),
    layers.Solarization(threshold_factor=(0.2, 0.9), value_range=(0, 1), seed=2)(unit),
    Equalized(bins=32)(images),
    Equalized(value_range=(0, 1), bins=16, data_format="channels_first")(first),
    layers.RandomGrayscale(0.6, seed=3)(images),
    layers.RandomColorDegeneration(0.8, seed=4)(images),
    layers.RandomSaturation((0.2, 0.8), value_range=(0, 1), seed=5)(unit),
    layers.RandomHue(0.7, value_range=(0, 1), seed=6)(unit),
    layers.RandomSharpness((0.1, 0.9), seed=8)(images),
    layers.RandomSharpness(0.5, value_range=(0, 1), data_format="channels_first", seed=9)(first),
    layers.RandomInvert(0.9, seed=10)(images),
    layers.RandomGaussianBlur(1.0, kernel_size=(3, 5), sigma=(0.3, 0.9), seed=11)(images),
    layers.RandomColorJitter(value_range=(0, 1), brightness_factor=0.2, contrast_factor=0.3, saturation_factor=(0.3, 0.7), hue_factor=0.2, seed=12)(unit),
]
config = layers.RandomInvert(0.5, name="invert").get_config()
assert config["factor"] == (0, 0.5) and config["value_range"] == (0, 255) and config["data_format"] == "channels_last"
model = keras.Model([images, unit], outputs)
