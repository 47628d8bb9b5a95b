"""A residual network for small colour images, in Keras's functional style: three stages of two blocks each.

The shortcut of a block that changes the size is a strided 1×1 convolution; weights decay through the regularizer of the kernels.
"""

import keras
from keras import layers, regularizers

keras.utils.set_random_seed(11)

WIDTHS = [16, 32, 64]
BLOCKS = 2
CLASSES = 10


def conv_bn(x, filters, size=3, strides=1, activation=True):
    x = layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(1e-4),
    )(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x) if activation else x


def residual_block(x, filters, strides):
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv_bn(x, filters, size=1, strides=strides, activation=False)
    x = conv_bn(x, filters, strides=strides)
    x = conv_bn(x, filters, activation=False)
    return layers.ReLU()(layers.add([x, shortcut]))


def build_model(input_shape=(32, 32, 3)):
    inputs = keras.Input(shape=input_shape)
    x = layers.Rescaling(1.0 / 127.5, offset=-1.0)(inputs)
    x = conv_bn(x, WIDTHS[0])
    for stage, filters in enumerate(WIDTHS):
        for block in range(BLOCKS):
            x = residual_block(x, filters, strides=2 if stage > 0 and block == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(CLASSES, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="resnet_cifar")


(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
y_train = keras.utils.to_categorical(y_train, CLASSES)
y_test = keras.utils.to_categorical(y_test, CLASSES)

model = build_model()
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=16, epochs=2, validation_split=0.1)
print("test:", model.evaluate(x_test, y_test, batch_size=64))
