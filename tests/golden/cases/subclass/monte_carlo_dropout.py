"""Dropout that stays on, and noise from a seed generator that the layer owns."""

import keras
from keras import layers, random


class AlwaysDropout(layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        return random.dropout(inputs, self.rate, seed=self.seed_generator)


class Noisy(layers.Layer):
    def __init__(self, deviation=0.1, **kwargs):
        super().__init__(**kwargs)
        self.deviation = deviation
        self.dropout = layers.Dropout(0.25, seed=5)
        self.seeds = random.SeedGenerator(1337)

    def call(self, x, training=None):
        if training:
            x = x + random.normal(x.shape, stddev=self.deviation, seed=self.seeds)
        return self.dropout(x, training=True)


inputs = keras.Input((6,))
x = layers.Dense(8, activation="relu")(inputs)
x = AlwaysDropout(0.5, seed=11)(x)
x = Noisy()(x)
model = keras.Model(inputs, layers.Dense(2)(x))
