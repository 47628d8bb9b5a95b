"""Huber with a small delta, so that both branches are taken."""
# golden: sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3)])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.Huber(delta=0.5))
