"""The conv net of examples/mnist_convnet.py without its dropout: predictions and the loss of twenty steps."""
# golden: x0=npz(examples/data/mnist.npz,x_train) target0=npz(examples/data/mnist.npz,y_train)
# golden: weights=formula predict_rows=20 batch=128 steps=20 stages=predict,curve

import keras
from keras import layers

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
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
