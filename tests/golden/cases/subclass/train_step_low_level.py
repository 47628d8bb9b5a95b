"""A `train_step` that computes its own loss and keeps its own metrics, for a subclassed model compiled without a loss."""
# golden: stages=predict,fit batch=4 fit_rows=12 validation_split=0

import jax
import keras
import numpy as np
from keras import layers

loss_fn = keras.losses.MeanSquaredError()


class LowLevel(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.out = layers.Dense(1)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")

    def call(self, x, training=False):
        return self.out(self.hidden(x))

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]

    def loss_and_updates(self, trainable_variables, non_trainable_variables, x, y, training=False):
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=training
        )
        return loss_fn(y, y_pred), (y_pred, non_trainable_variables)

    def train_step(self, state, data):
        trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
        x, y = data
        grad_fn = jax.value_and_grad(self.loss_and_updates, has_aux=True)
        (loss, (y_pred, non_trainable_variables)), grads = grad_fn(
            trainable_variables, non_trainable_variables, x, y, training=True
        )
        trainable_variables, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable_variables
        )
        loss_vars = metrics_variables[: len(self.loss_tracker.variables)]
        mae_vars = metrics_variables[len(self.loss_tracker.variables) :]
        loss_vars = self.loss_tracker.stateless_update_state(loss_vars, loss)
        mae_vars = self.mae_metric.stateless_update_state(mae_vars, y, y_pred)
        logs = {
            self.loss_tracker.name: self.loss_tracker.stateless_result(loss_vars),
            self.mae_metric.name: self.mae_metric.stateless_result(mae_vars),
        }
        state = (trainable_variables, non_trainable_variables, optimizer_variables, loss_vars + mae_vars)
        return logs, state


inputs = keras.Input(shape=(4,))
model = LowLevel(6, name="low_level")
outputs = model(inputs)
model.compile(optimizer=keras.optimizers.Adam(0.01))
model.fit(np.zeros((8, 4), "float32"), np.zeros((8, 1), "float32"), epochs=2)
