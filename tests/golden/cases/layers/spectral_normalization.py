"""Kernels over their largest singular value: of dense and convolutional layers and embeddings; wrappers of the program."""
# golden: x1=int(6) target0=normal tolerance=2e-5 reason="several steps through products and roots"

import keras
from keras import layers

images, tokens = keras.Input(shape=(5, 5, 2)), keras.Input(shape=(3,), dtype="int32")


class Twice(layers.Wrapper):
    def call(self, inputs):
        return self.layer(self.layer(inputs))


x = layers.SpectralNormalization(layers.Conv2D(3, 2))(images)
x = layers.SpectralNormalization(layers.Dense(4, activation="tanh"), power_iterations=3)(layers.Flatten()(x))
y = layers.SpectralNormalization(layers.Embedding(6, 4))(tokens)
x = Twice(layers.Dense(4, activation="tanh"))(x)
outputs = layers.Dense(2)(layers.Concatenate()([x, layers.Flatten()(y)]))
wrapped = layers.SpectralNormalization(layers.Dense(2), power_iterations=2, name="normal")
config = wrapped.get_config()
assert config["power_iterations"] == 2 and config["name"] == "normal" and "layer" in config
model = keras.Model([images, tokens], outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
