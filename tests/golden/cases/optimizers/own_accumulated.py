"""An optimizer of the program under gradient accumulation and a schedule, and one whose `apply` goes around its base's."""
# golden: stages=predict,train

import keras
from keras import layers, ops


class SignDescent(keras.optimizers.Optimizer):
    def __init__(self, learning_rate, name="sign", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)

    def build(self, variables):
        super().build(variables)
        self.counts = self.add_optimizer_variables(variables, "count")

    def apply(self, grads, trainable_variables=None):
        grads = [0.5 * g for g in grads]
        super().apply(grads, trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        count = self.counts[self._get_variable_index(variable)]
        self.assign_add(count, 1.0)
        self.assign_sub(variable, learning_rate * gradient / (0.1 + ops.abs(gradient)))


rate = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])
model.compile(optimizer=SignDescent(rate, gradient_accumulation_steps=2), loss="mse")
