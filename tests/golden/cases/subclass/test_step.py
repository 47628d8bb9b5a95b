"""A `test_step` of the program: predictions and loss of its own, and metrics that it keeps itself."""
# golden: stages=predict,evaluate,fit batch=4 fit_rows=12 validation_split=0.33

import keras
from keras import layers


class OwnTest(keras.Model):
    def test_step(self, state, data):
        x, y = data
        trainable_variables, non_trainable_variables, metrics_variables = state
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=False
        )
        loss = self.compute_loss(x, y, 2 * y_pred)
        new_metrics, logs = [], {}
        for metric in self.metrics:
            count = len(metric.variables)
            these = metrics_variables[len(new_metrics) : len(new_metrics) + count]
            if metric.name == "loss":
                these = metric.stateless_update_state(these, loss)
            else:
                these = metric.stateless_update_state(these, y, y_pred)
            logs[metric.name] = metric.stateless_result(these)
            new_metrics += these
        return logs, (trainable_variables, non_trainable_variables, new_metrics)


inputs = keras.Input(shape=(5,))
x = layers.BatchNormalization()(layers.Dense(6, activation="relu")(inputs))
outputs = layers.Dense(2)(x)
model = OwnTest(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
