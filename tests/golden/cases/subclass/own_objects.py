"""Everything around a model as classes and functions of the program: loss, metric, initializer, regularizer,
constraint, schedule, activation."""
# golden: stages=predict,train,evaluate

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="own")
class Halves(keras.initializers.Initializer):
    def __init__(self, value=0.5):
        self.value = value

    def __call__(self, shape, dtype=None, **kwargs):
        return ops.ones(shape, dtype=dtype) * self.value

    def get_config(self):
        return {"value": self.value}


class Cubic(keras.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * ops.sum(ops.absolute(x) ** 3)


class Below(keras.constraints.Constraint):
    def __init__(self, limit):
        self.limit = limit

    def __call__(self, w):
        return ops.minimum(w, self.limit)


class Decay(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1.0 + ops.cast(step, "float32"))

    def get_config(self):
        return {"start": self.start}


class Asymmetric(keras.losses.Loss):
    def __init__(self, factor=2.0, name="asymmetric", **kwargs):
        super().__init__(name=name, **kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        error = y_pred - y_true
        return ops.mean(ops.where(error > 0, self.factor * error, -error), axis=-1)


class Largest(keras.metrics.Metric):
    def __init__(self, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.largest = self.add_variable(shape=(), initializer="zeros", name="value")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = ops.max(ops.absolute(y_true - y_pred), axis=-1)
        if sample_weight is not None:
            error = error * ops.cast(sample_weight, self.dtype)
        self.largest.assign(ops.maximum(self.largest, ops.max(error)))
        self.count.assign_add(1.0)

    def result(self):
        return self.largest.value


def squash(x):
    return x / (1.0 + ops.absolute(x))


def within(y_true, y_pred):
    return ops.cast(ops.absolute(y_true - y_pred) < 0.5, "float32")


again = Halves.from_config(Halves(0.25).get_config())
model = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(5, activation=squash, kernel_regularizer=Cubic(0.01), bias_initializer=again),
        layers.Dense(3, kernel_constraint=Below(0.4), bias_initializer=Halves()),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(Decay(0.1)), loss=Asymmetric(1.5), metrics=[Largest(), within])
