"""A model that lists its metrics itself under Keras's own steps."""
# golden: stages=predict,evaluate,fit batch=4 fit_rows=12 validation_split=0.33

import keras
from keras import layers


class Listed(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.worst = keras.metrics.MeanAbsoluteError(name="worst")

    @property
    def metrics(self):
        return [self.worst]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.worst.update_state(y, y_pred)
        return self.get_metrics_result()


inputs = keras.Input(shape=(5,))
model = Listed(inputs, layers.Dense(2, activation="tanh")(inputs))
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
