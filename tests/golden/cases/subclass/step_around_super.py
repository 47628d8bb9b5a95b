"""`train_step` and `test_step` that go around those of the base class, and a loss without `compile`'s."""
# golden: stages=predict,evaluate,fit batch=4 fit_rows=12 validation_split=0.33

import keras
from keras import layers, ops


class Around(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        return ops.mean(ops.square(ops.square(y - y_pred)))

    def train_step(self, state, data):
        x, y = data
        logs, state = super().train_step(state, (x * 0.5, y))
        logs["doubled"] = 2 * logs["loss"]
        return logs, state

    def test_step(self, state, data):
        x, y = data
        logs, state = super().test_step(state, (x, y + 1.0))
        return {"shifted": logs["loss"], "loss": logs["loss"]}, state


inputs = keras.Input(shape=(5,))
x = layers.BatchNormalization()(layers.Dense(6, activation="relu")(inputs))
model = Around(inputs, layers.Dense(2)(x))
model.compile(optimizer=keras.optimizers.SGD(0.01))
