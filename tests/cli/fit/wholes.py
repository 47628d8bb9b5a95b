"""A regression whose losses and metric are single numbers for a whole batch, over batches of which the last is not full."""

import keras
import numpy as np
from keras import layers, ops

data = np.load("data.npz")


class Spread(layers.Layer):
    """Adds the mean square of what passes through it to the loss."""

    def call(self, inputs):
        self.add_loss(0.1 * ops.mean(ops.square(inputs)))
        return inputs


class Errors(keras.metrics.Metric):
    """The sum of all errors, whatever they weigh."""

    def __init__(self, name="errors"):
        super().__init__(name=name)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(ops.sum(ops.abs(y_true - y_pred)))

    def result(self):
        return self.total.value


def error(y_true, y_pred):
    return ops.sqrt(ops.mean(ops.square(y_true - y_pred)))


model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        layers.Dense(8, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=3)),
        Spread(name="spread"),
        layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=4)),
    ],
    name="wholes",
)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss=error, metrics=[Errors()])
history = model.fit(data["x_train"], data["y_train"], batch_size=16, epochs=2, shuffle=False, validation_split=0.25)
