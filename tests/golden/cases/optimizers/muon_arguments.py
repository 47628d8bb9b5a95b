"""Muon without the look ahead, with decays of their own, leaving out a layer."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Muon(learning_rate=0.1, adam_weight_decay=0.1, weight_decay=0.05, adam_lr_ratio=0.5, momentum=0.8, ns_steps=3, nesterov=False, rms_rate=None, exclude_layers=["dense_1"]), loss="mse")
