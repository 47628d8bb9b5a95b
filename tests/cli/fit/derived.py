"""Classes that derive from Keras's own losses, metrics, schedules, initializers, regularizers and constraints."""

import keras
import numpy as np
from keras import ops


class Weighted(keras.losses.MeanSquaredError):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * super().call(y_true, y_pred)


class Distance(keras.metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.abs(y_true - y_pred), sample_weight)


class PerUpdate(keras.metrics.MeanSquaredError):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.updates = self.add_variable((), "zeros", name="updates")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.updates.assign_add(1.0)
        return super().update_state(y_true, 2 * y_pred, sample_weight=sample_weight)

    def result(self):
        return super().result() / self.updates

    def reset_state(self):
        super().reset_state()
        self.updates.assign(0.0)


class BothClasses(keras.metrics.F1Score):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.cast(y_true > 0.5, "float32")
        y_true = ops.concatenate([y_true, 1.0 - y_true], axis=-1)
        y_pred = ops.concatenate([y_pred, 1.0 - y_pred], axis=-1)
        return super().update_state(y_true, y_pred, sample_weight)


class Halved(keras.optimizers.schedules.ExponentialDecay):
    def __call__(self, step):
        return super().__call__(step) * 0.5


class Wider(keras.initializers.GlorotUniform):
    def __call__(self, shape, dtype=None):
        return super().__call__(shape, dtype) * 2.0


class Tenth(keras.initializers.Constant):
    def __init__(self):
        super().__init__(0.1)


class Threefold(keras.regularizers.L2):
    def __call__(self, x):
        return super().__call__(x) * 3.0


class Below(keras.constraints.MaxNorm):
    def __call__(self, w):
        return super().__call__(w) * 0.99


data = np.load("data.npz")
model = keras.Sequential(
    [
        keras.Input(shape=(4,), name="x"),
        keras.layers.Dense(
            8,
            activation="tanh",
            kernel_initializer=Wider(seed=3),
            bias_initializer=Tenth(),
            kernel_regularizer=Threefold(0.01),
            kernel_constraint=Below(0.8),
        ),
        keras.layers.Dense(1, activation="sigmoid", kernel_initializer=Wider(seed=4)),
    ],
    name="derived",
)
model.compile(
    optimizer=keras.optimizers.SGD(Halved(0.1, decay_steps=4, decay_rate=0.9)),
    loss=Weighted(3.0),
    metrics=[Distance("distance"), PerUpdate(name="per_update"), BothClasses("macro", threshold=0.5, name="both")],
)
history = model.fit(
    data["x_train"],
    data["y_train"],
    batch_size=24,
    epochs=3,
    shuffle=False,
    validation_data=(data["x_val"], data["y_val"]),
)
