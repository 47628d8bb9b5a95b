"""Image segmentation with a U-Net: what the way down saw at each size joins the way up.

The images are made here: a bright disc on noise, and the task is to say which pixels belong to it.
"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(31)

SIZE = 32
WIDTHS = (8, 16, 32)


def make_discs(count, rng):
    """Images of noise with a disc each, and the masks of the discs."""
    centre = rng.uniform(8, SIZE - 8, size=(count, 1, 1, 2))
    radius = rng.uniform(3, 8, size=(count, 1, 1))
    grid = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="ij"), axis=-1)
    mask = np.sum((grid[None] - centre) ** 2, axis=-1) < radius**2
    image = 0.5 * mask + rng.normal(scale=0.3, size=mask.shape)
    return image[..., np.newaxis].astype("float32"), mask[..., np.newaxis].astype("float32")


def double_conv(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
        x = layers.GroupNormalization(groups=4)(x)
        x = layers.Activation("swish")(x)
    return x


def get_unet():
    inputs = keras.Input((SIZE, SIZE, 1))
    x, skips = inputs, []
    for filters in WIDTHS[:-1]:
        x = double_conv(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.SpatialDropout2D(0.2)(double_conv(x, WIDTHS[-1]))
    for filters, skip in zip(reversed(WIDTHS[:-1]), reversed(skips)):
        x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same")(x)
        x = layers.Concatenate()([skip, x])
        x = double_conv(x, filters)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x), name="unet")


def dice_loss(y_true, y_pred, smooth=1.0):
    axes = (1, 2, 3)
    intersection = keras.ops.sum(y_true * y_pred, axis=axes)
    total = keras.ops.sum(y_true, axis=axes) + keras.ops.sum(y_pred, axis=axes)
    return 1.0 - (2.0 * intersection + smooth) / (total + smooth)


def bce_dice(y_true, y_pred):
    return keras.ops.mean(keras.losses.binary_crossentropy(y_true, y_pred), axis=(1, 2)) + dice_loss(y_true, y_pred)


model = get_unet()
model.compile(
    optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(3e-3, decay_steps=100, decay_rate=0.9)),
    loss=bce_dice,
    metrics=["binary_accuracy", keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall")],
)

rng = np.random.default_rng(5)
x_train, y_train = make_discs(64, rng)
x_val, y_val = make_discs(16, rng)
callbacks = [
    keras.callbacks.ModelCheckpoint("unet.keras", save_best_only=True),
    keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
]
model.fit(x_train, y_train, batch_size=8, epochs=2, validation_data=(x_val, y_val), callbacks=callbacks)
