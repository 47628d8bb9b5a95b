"""Handwritten digits with two hidden layers: 784-512-512-10, trained on logits with Adam.

The model works on float pixels between 0 and 1, so the images are flattened and scaled on the way in.
"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)

model = keras.Sequential(
    [
        keras.Input(shape=(784,), name="pixels"),
        layers.Dense(512, activation="relu"),
        layers.Dense(512, activation="relu"),
        layers.Dense(10, name="logits"),
    ],
    name="mlp_mnist",
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

if __name__ == "__main__":
    data = np.load("examples/data/mnist.npz")
    x_train = data["x_train"].reshape(-1, 784).astype("float32") / 255
    x_test = data["x_test"].reshape(-1, 784).astype("float32") / 255
    model.summary()
    model.fit(x_train, data["y_train"], batch_size=128, epochs=5)
    print(model.evaluate(x_test, data["y_test"], verbose=0, return_dict=True))
