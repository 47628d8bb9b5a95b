"""Residual blocks with sublayers in lists that grow, batch normalisation, and a shortcut only where it is needed."""

import keras
from keras import layers


class ResidualBlock(layers.Layer):
    def __init__(self, filters, stride=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.stride = filters, stride
        self.convs = []
        self.norms = []
        for index in range(2):
            self.convs.append(layers.Conv2D(filters, 3, strides=stride if index == 0 else 1, padding="same"))
            self.norms.append(layers.BatchNormalization())
        self.shortcut = None

    def build(self, input_shape):
        if input_shape[-1] != self.filters or self.stride != 1:
            self.shortcut = keras.Sequential([layers.Conv2D(self.filters, 1, strides=self.stride)])
            self.shortcut.build(input_shape)
        shape = input_shape
        for conv, norm in zip(self.convs, self.norms):
            conv.build(shape)
            shape = conv.compute_output_shape(shape)
            norm.build(shape)

    def call(self, x, training=None):
        y = x
        for index, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            y = norm(conv(y), training=training)
            if index == 0:
                y = keras.activations.relu(y)
        if self.shortcut is not None:
            x = self.shortcut(x)
        return keras.activations.relu(x + y)


inputs = keras.Input((6, 6, 3))
x = ResidualBlock(4)(inputs)
x = ResidualBlock(4, name="same_size")(x)
x = ResidualBlock(6, stride=2)(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(3)(x))
