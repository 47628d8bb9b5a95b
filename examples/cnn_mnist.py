"""Handwritten digits with two convolutions on float images, trained on logits with Adam."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1), name="image"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, name="logits"),
    ],
    name="cnn_mnist",
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

if __name__ == "__main__":
    data = np.load("examples/data/mnist.npz")
    x_train = data["x_train"][..., None].astype("float32") / 255
    x_test = data["x_test"][..., None].astype("float32") / 255
    model.summary()
    model.fit(x_train, data["y_train"], batch_size=128, epochs=5)
    print(model.evaluate(x_test, data["y_test"], verbose=0, return_dict=True))
