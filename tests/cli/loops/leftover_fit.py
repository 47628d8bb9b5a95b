"""`fit` with a training step of the model's own, on data whose last batch is not full."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

keras.utils.set_random_seed(4)


class Model(keras.Model):
    def train_step(self, state, data):
        trainable, non_trainable, optimizer, metrics = state
        x, y = data

        def loss_fn(trainable, non_trainable):
            y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
            return self.compute_loss(x, y, y_pred), (y_pred, non_trainable)

        (loss, (y_pred, non_trainable)), grads = jax.value_and_grad(loss_fn, has_aux=True)(trainable, non_trainable)
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, grads, trainable)
        logs, new, start = {}, [], 0
        for metric in self.metrics:
            old = metrics[start : start + len(metric.variables)]
            start += len(metric.variables)
            arguments = (loss,) if metric.name == "loss" else (y, y_pred)
            updated = metric.stateless_update_state(old, *arguments)
            result = metric.stateless_result(updated)
            logs |= result if isinstance(result, dict) else {metric.name: result}
            new += updated
        return logs, (trainable, non_trainable, optimizer, new)

    def test_step(self, state, data):
        trainable, non_trainable, metrics = state
        x, y = data
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
        loss_tracker = self.metrics[0]
        updated = loss_tracker.stateless_update_state(metrics[: len(loss_tracker.variables)], 2.0 * self.compute_loss(x, y, y_pred))
        logs = {"doubled": loss_tracker.stateless_result(updated)}
        return logs, (trainable, non_trainable, list(updated) + list(metrics[len(updated) :]))

    def predict_step(self, state, data):
        trainable, non_trainable = state
        outputs, non_trainable = self.stateless_call(trainable, non_trainable, data, training=False)
        return -outputs, non_trainable


data = np.load("data.npz")
inputs = keras.Input(shape=(4,), name="x")
x = keras.layers.Dense(8, activation="tanh")(inputs)
model = Model(inputs, keras.layers.Dense(1, name="y")(x))
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
history = model.fit(data["x_train"], data["y_train"], batch_size=20, epochs=3, shuffle=False).history
evaluated = model.evaluate(data["x_val"], data["y_val"], batch_size=20, return_dict=True, verbose=0)
predicted = model.predict(data["x_val"], batch_size=20, verbose=0)
