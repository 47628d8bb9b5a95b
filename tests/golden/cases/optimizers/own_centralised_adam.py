"""A class that derives from `Adam` and changes the gradient before the rule of its base."""
# golden: stages=predict,train,evaluate

import keras
from keras import layers, ops


class Centralised(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        if len(variable.shape) > 1:
            gradient = gradient - ops.mean(gradient, axis=0, keepdims=True)
        super().update_step(gradient, variable, learning_rate * 0.5)


model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(2)])
model.compile(optimizer=Centralised(learning_rate=0.02, use_ema=True), loss="mse")
