"""A small model's weights in all three formats: convolution, batch normalisation, dense; Sequential paths."""
# golden: stages=predict,checkpoint

import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(5, 5, 1)),
        layers.Conv2D(2, 3, name="filters"),
        layers.BatchNormalization(),
        layers.Conv2D(3, 2),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(3, name="head"),
    ],
    name="small",
)
