"""TopK metrics with the default k of 5, by name, on more classes; ties count as hits."""
# golden: target0=onehot x0=quarters(1)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(9)])
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["top_k_categorical_accuracy", "categorical_accuracy"],
)
