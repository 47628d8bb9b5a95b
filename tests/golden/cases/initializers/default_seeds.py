"""set_random_seed before a model without explicit seeds: the default seeds of initializers and Dropout, in order."""
# golden: stages=init weights=initial tolerance=0 reason="threefry bits are exact"

import keras
from keras import layers

keras.utils.set_random_seed(7)
model = keras.Sequential(
    [
        keras.Input(shape=(4, 4, 1)),
        layers.Conv2D(2, 3, activation="relu"),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
