"""Patches of images and their encoding, as vision transformers begin."""

import keras
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, patch_size):
        super().__init__()
        self.patch_size = patch_size

    def call(self, images):
        input_shape = ops.shape(images)
        batch_size, height, width, channels = input_shape
        num_h = height // self.patch_size
        num_w = width // self.patch_size
        x = ops.reshape(images, (batch_size, num_h, self.patch_size, num_w, self.patch_size, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch_size, num_h * num_w, self.patch_size * self.patch_size * channels))

    def get_config(self):
        config = super().get_config()
        config.update({"patch_size": self.patch_size})
        return config


class PatchEncoder(layers.Layer):
    def __init__(self, num_patches, projection_dim):
        super().__init__()
        self.num_patches = num_patches
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(input_dim=num_patches, output_dim=projection_dim)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.num_patches, step=1), axis=0)
        projected_patches = self.projection(patch)
        return projected_patches + self.position_embedding(positions)


inputs = keras.Input(shape=(6, 6, 2))
patches = Patches(3)(inputs)
encoded = PatchEncoder(4, 5)(patches)
model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(encoded)))
