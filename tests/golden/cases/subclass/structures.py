"""Layers that take and give dicts and lists of tensors; attributes set before and after `super().__init__()`."""

import keras
from keras import layers, ops


class Split(layers.Layer):
    def __init__(self, sizes):
        self.sizes = sizes
        self.early = layers.Dense(3)
        super().__init__(name="split")
        self.projections = {}
        for size in sizes:
            self.projections[f"to_{size}"] = layers.Dense(size)

    def build(self, input_shape):
        assert set(input_shape) == {"a", "b"}, input_shape
        assert input_shape["a"] == (None, 3) and input_shape["b"] == (None, 2), input_shape
        self.early.build(input_shape["a"])
        for dense in self.projections.values():
            dense.build((None, 5))

    def call(self, inputs):
        both = ops.concatenate([self.early(inputs["a"]), inputs["b"]], axis=-1)
        return {name: dense(both) for name, dense in self.projections.items()}


class Sum(layers.Layer):
    def build(self, shapes):
        self.weights_of = [self.add_weight(shape=(shape[-1],), name=f"w{i}") for i, shape in enumerate(shapes)]

    def call(self, inputs):
        return sum(ops.sum(x * w, axis=-1, keepdims=True) for x, w in zip(inputs, self.weights_of))


a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
parts = Split([2, 4])({"a": a, "b": b})
model = keras.Model([a, b], Sum()([parts["to_2"], parts["to_4"], a]))
