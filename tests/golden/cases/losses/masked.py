"""A mask from Embedding reaches the loss: masked steps do not count and the mean is over the others."""
# golden: x0=int(4) target0=class(3)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(6,), dtype="int32"), layers.Embedding(4, 5, mask_zero=True), layers.Dense(3)]
)
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
