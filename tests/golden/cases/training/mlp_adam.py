"""The smallest compiled model: sparse categorical loss from logits, Adam, 'accuracy', dropout with a seed."""
# golden: target0=class(3) stages=predict,train,evaluate,fit

import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(5,)),
        layers.Dense(8, activation="relu"),
        layers.Dropout(0.25, seed=11),
        layers.Dense(3),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
