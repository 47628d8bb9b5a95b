"""`compute_loss` and `compute_metrics` of the program under Keras's own steps, with a metric that the model holds."""
# golden: stages=predict,evaluate,fit batch=4 fit_rows=12 validation_split=0.33

import keras
from keras import layers, ops


class OwnLoss(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(6, activation="tanh", kernel_regularizer="l2")
        self.dropout = layers.Dropout(0.3, seed=3)
        self.out = layers.Dense(2)
        self.size = keras.metrics.Mean(name="size")

    def call(self, x, training=False):
        return self.out(self.dropout(self.hidden(x), training=training))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight)
        loss = loss + 0.1 * ops.mean(ops.abs(y - y_pred)) + ops.mean(x) ** 2
        self.size.update_state(ops.max(ops.abs(y_pred)))
        return loss if training else 0.5 * loss

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        results = super().compute_metrics(x, y, y_pred, sample_weight)
        results["spread"] = ops.std(y_pred)
        return results


inputs = keras.Input(shape=(5,))
model = OwnLoss(name="own_loss")
outputs = model(inputs)
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["mae"])
