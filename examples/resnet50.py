"""ResNet-50 (the v1.5 form: a block's stride sits on its 3x3 convolution) as a Keras functional model.

He et al., "Deep Residual Learning for Image Recognition", 2015. Four stages of bottleneck blocks after a 7x7 stem,
batch normalisation after every convolution, global average pooling and one dense layer.
"""

import keras
from keras import layers

IMAGE_SIZE = 224
CLASSES = 1000
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""Per stage: width of the inner convolutions, number of blocks, stride of the first block."""


def conv_norm(x, filters, kernel_size, strides, name):
    """A convolution without bias that keeps the size up to its stride, then batch normalisation."""
    if kernel_size > 1:
        x = layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(filters, kernel_size, strides=strides, use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(epsilon=1e-5, name=f"{name}_norm")(x)


def bottleneck(x, width, strides, name):
    """Narrow, convolve, widen, and add what came in (projected where the shape changes)."""
    shortcut = x
    if strides != 1 or x.shape[-1] != 4 * width:
        shortcut = conv_norm(x, 4 * width, 1, strides, f"{name}_shortcut")
    x = conv_norm(x, width, 1, 1, f"{name}_a")
    x = layers.ReLU(name=f"{name}_a_relu")(x)
    x = conv_norm(x, width, 3, strides, f"{name}_b")
    x = layers.ReLU(name=f"{name}_b_relu")(x)
    x = conv_norm(x, 4 * width, 1, 1, f"{name}_c")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_relu")(x)


def resnet50(image_size=IMAGE_SIZE, classes=CLASSES):
    """The whole network; its output are logits."""
    image = keras.Input(shape=(image_size, image_size, 3), name="image")
    x = conv_norm(image, 64, 7, 2, "stem")
    x = layers.ReLU(name="stem_relu")(x)
    x = layers.ZeroPadding2D(1, name="stem_pool_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)
    for stage, (width, blocks, strides) in enumerate(STAGES, start=1):
        for block in range(blocks):
            x = bottleneck(x, width, strides if block == 0 else 1, f"stage{stage}_block{block + 1}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(classes, name="logits")(x), name="resnet50")


model = resnet50()
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
