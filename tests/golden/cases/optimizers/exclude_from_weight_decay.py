"""AdamW that leaves biases and a named layer out of the decay."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh", name="hidden"), layers.Dense(3)]
)
optimizer = keras.optimizers.AdamW(learning_rate=0.01, weight_decay=0.5)
optimizer.exclude_from_weight_decay(var_names=["bias", "hidden"])
model.compile(optimizer=optimizer, loss="mse")
