"""A loss given by a function, and a metric that a layer keeps for itself."""
# golden: stages=predict,train

import keras
from keras import layers, ops


class Gate(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.open = keras.Variable(0.5, name="open")
        self.norm = layers.UnitNormalization()

    def call(self, x):
        return self.norm(x) * ops.sigmoid(self.open)


@keras.saving.register_keras_serializable()
def log_cosh_like(y_true, y_pred):
    error = ops.abs(y_pred - y_true)
    return ops.mean(error + ops.softplus(-2.0 * error) - ops.log(2.0), axis=-1)


class Head(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.gate = Gate()
        self.dense = layers.Dense(2, kernel_initializer=lambda shape, dtype=None: ops.full(shape, 0.1, dtype=dtype))

    def build(self, input_shape):
        self.gate.build(input_shape)
        self.dense.build(input_shape)
        self.built = True

    def call(self, x):
        return self.dense(self.gate(x))


inputs = keras.Input((3,))
model = Head(name="head")
outputs = model(inputs)
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss=log_cosh_like)
