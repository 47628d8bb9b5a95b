"""An optimizer of the program: variables made in `build`, and a rule in `update_step`."""
# golden: stages=predict,train,evaluate

import keras
from keras import layers, ops


class Heavy(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = []
        for variable in variables:
            self.momentums.append(self.add_variable_from_reference(reference_variable=variable, name="momentum"))
        self.norm = self.add_variable(shape=(), name="norm", initializer="ones")

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        m = self.momentums[self._get_variable_index(variable)]
        step = ops.cast(self.iterations + 1, variable.dtype)
        self.assign(m, self.momentum * m - learning_rate * gradient / ops.sqrt(step))
        self.assign_add(variable, m)
        self.norm.assign(0.5 * self.norm + ops.sum(ops.square(gradient)))

    def get_config(self):
        config = super().get_config()
        config.update({"momentum": self.momentum})
        return config


model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])
model.compile(optimizer=Heavy(0.05, weight_decay=0.01, clipnorm=0.7), loss="mse", metrics=["mae"])
