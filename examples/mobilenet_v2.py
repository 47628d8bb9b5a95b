"""A network in the manner of MobileNetV2: inverted residual blocks around depthwise convolutions.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018. A block widens with a 1x1 convolution, filters
each channel by itself, narrows with a linear 1x1 convolution, and adds its input where shapes agree.
"""

import keras
from keras import layers

IMAGE_SIZE = 224
CLASSES = 1000
BLOCKS = (
    # expansion, channels, repeats, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def norm(x, activate=True):
    """Batch normalisation and, unless the bottleneck is to stay linear, a ReLU that saturates at 6."""
    x = layers.BatchNormalization(momentum=0.999)(x)
    return layers.ReLU(max_value=6.0)(x) if activate else x


def inverted_residual(x, expansion, channels, strides):
    """Expand, filter depthwise, project."""
    before = x
    inner = x.shape[-1] * expansion
    if expansion != 1:
        x = norm(layers.Conv2D(inner, 1, use_bias=False)(x))
    x = norm(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x))
    x = norm(layers.Conv2D(channels, 1, use_bias=False)(x), activate=False)
    if strides == 1 and before.shape[-1] == channels:
        x = layers.Add()([before, x])
    return x


def mobilenet_v2(image_size=IMAGE_SIZE, classes=CLASSES):
    """The whole network; its output are probabilities."""
    image = keras.Input(shape=(image_size, image_size, 3), name="image")
    x = layers.Rescaling(scale=1 / 127.5, offset=-1.0)(image)
    x = norm(layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False)(x))
    for expansion, channels, repeats, first_stride in BLOCKS:
        for repeat in range(repeats):
            x = inverted_residual(x, expansion, channels, first_stride if repeat == 0 else 1)
    x = norm(layers.Conv2D(1280, 1, use_bias=False)(x))
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2, seed=2)(x)
    x = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, x, name="mobilenet_v2")


model = mobilenet_v2()
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.01, momentum=0.9),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy", "sparse_top_k_categorical_accuracy"],
)
