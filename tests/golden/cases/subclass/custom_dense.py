"""A layer with weights of its own, in a compiled sequential model beside one of Keras's."""

import keras
from keras import layers, ops


class Linear(keras.layers.Layer):
    def __init__(self, units=4, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False, name="steps")

    def call(self, inputs, training=False):
        if training:
            self.steps.assign(self.steps + 1)
        return self.activation(ops.matmul(inputs, self.w) + self.b)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


model = keras.Sequential([keras.Input((3,)), Linear(5, "tanh"), layers.Dense(4, activation="relu"), Linear(2)])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
