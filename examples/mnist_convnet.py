"""Handwritten digits with a small convolutional network: the classic first Keras model.

Three convolutions with batch normalisation, pooling in between, dropout, one dense layer: 105 thousand parameters. It gets
more than 98 % of the test digits right after eight short epochs on 12,000 images. Pixels go in as they are stored
(bytes from 0 to 255); the model scales them itself.

With Keras:    python examples/mnist_convnet.py
With Keramos:  keramos compile examples/mnist_convnet.py -o mnist.kar
"""

import keras
import numpy as np
from keras import layers

NUM_CLASSES = 10
BATCH_SIZE = 128
EPOCHS = 8
STEPS_PER_EPOCH = 85
"""Nine tenths of 12,000 images in batches of 128; the rest is for validation."""

keras.utils.set_random_seed(812)

data = np.load("examples/data/mnist.npz")
x_train, y_train = data["x_train"], data["y_train"]
x_test, y_test = data["x_test"], data["y_test"]
print(f"{len(x_train)} training and {len(x_test)} test images of shape {x_train.shape[1:]}")

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28), dtype="uint8", name="image"),
        layers.Rescaling(1.0 / 255),
        layers.Reshape((28, 28, 1)),
        layers.Conv2D(32, kernel_size=(3, 3), use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(128, kernel_size=(3, 3), use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(NUM_CLASSES, activation="softmax"),
    ],
    name="mnist_convnet",
)
model.summary()

learning_rate = keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=EPOCHS * STEPS_PER_EPOCH, alpha=0.02)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x_train, y_train, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_split=0.1)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")

digits = model.predict(x_test[:5], verbose=0).argmax(axis=-1)
print(f"the first five test digits are {digits.tolist()}, labelled {y_test[:5].tolist()}")
