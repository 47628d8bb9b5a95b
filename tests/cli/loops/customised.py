"""`fit` with steps of the model's own class: losses and metrics that it keeps itself."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

keras.utils.set_random_seed(3)


class CustomModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    def compute_loss_and_updates(self, trainable_variables, non_trainable_variables, x, y, training=False):
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=training
        )
        return self.loss_fn(y, y_pred), (y_pred, non_trainable_variables)

    def tracked(self, metrics_variables, loss, y, y_pred):
        count = len(self.loss_tracker.variables)
        loss_vars = self.loss_tracker.stateless_update_state(metrics_variables[:count], loss)
        mae_vars = self.mae_metric.stateless_update_state(metrics_variables[count:], y, y_pred)
        logs = {
            "loss": self.loss_tracker.stateless_result(loss_vars),
            "mae": self.mae_metric.stateless_result(mae_vars),
        }
        return logs, loss_vars + mae_vars

    def train_step(self, state, data):
        trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
        x, y = data
        grad_fn = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, non_trainable_variables)), grads = grad_fn(
            trainable_variables, non_trainable_variables, x, y, training=True
        )
        trainable_variables, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable_variables
        )
        logs, metrics_variables = self.tracked(metrics_variables, loss, y, y_pred)
        return logs, (trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)

    def test_step(self, state, data):
        trainable_variables, non_trainable_variables, metrics_variables = state
        x, y = data
        loss, (y_pred, non_trainable_variables) = self.compute_loss_and_updates(
            trainable_variables, non_trainable_variables, x, y
        )
        logs, metrics_variables = self.tracked(metrics_variables, loss, y, y_pred)
        return logs, (trainable_variables, non_trainable_variables, metrics_variables)

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


data = np.load("data.npz")
inputs = keras.Input(shape=(4,), name="x")
x = keras.layers.Dropout(0.1)(keras.layers.Dense(8, activation="tanh")(inputs))
model = CustomModel(inputs, keras.layers.Dense(1, name="y")(x))
model.compile(optimizer="adam")
history = model.fit(
    data["x_train"],
    data["y_train"],
    batch_size=12,
    epochs=3,
    shuffle=False,
    validation_data=(data["x_val"], data["y_val"]),
).history
