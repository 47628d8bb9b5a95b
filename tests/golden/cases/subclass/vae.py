"""A variational autoencoder: sampling with a seed generator, and the divergence added as a loss by a layer."""
# golden: stages=predict,train,evaluate

import keras
from keras import layers, ops


class Sampling(layers.Layer):
    """Draws a code from the mean and the logarithm of the variance."""

    def __init__(self, weight=0.1, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        self.add_loss(-self.weight * ops.mean(1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var)))
        epsilon = keras.random.normal(shape=ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class VAE(keras.Model):
    def __init__(self, features, hidden, code, **kwargs):
        super().__init__(**kwargs)
        self.encoder = keras.Sequential([layers.Dense(hidden, activation="relu", kernel_regularizer="l2")])
        self.z_mean = layers.Dense(code, name="z_mean")
        self.z_log_var = layers.Dense(code, name="z_log_var")
        self.sampling = Sampling()
        self.decoder = keras.Sequential([layers.Dense(hidden, activation="relu"), layers.Dense(features)])

    def call(self, x):
        h = self.encoder(x)
        z = self.sampling((self.z_mean(h), self.z_log_var(h)))
        return self.decoder(z)


inputs = keras.Input((5,))
model = VAE(5, 6, 2, name="vae")
outputs = model(inputs)
model.compile(optimizer="adam", loss="mse")
