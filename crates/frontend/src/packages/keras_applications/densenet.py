# DenseNet: every layer of a block sees all layers before it.


def _dense_layer(x, name):
    y = layers.Activation("relu", name=f"{name}_0_relu")(_normalise(x, name=f"{name}_0_bn"))
    y = layers.Conv2D(4 * 32, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = layers.Activation("relu", name=f"{name}_1_relu")(_normalise(y, name=f"{name}_1_bn"))
    y = layers.Conv2D(32, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return layers.Concatenate(axis=3, name=f"{name}_concat")([x, y])


def _densenet(depths, name):
    def make(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
        classifier_activation="softmax", name=name,
    ):
        inputs, x = _begin(input_tensor, input_shape, 224, 32, include_top, weights, classes)
        x = layers.ZeroPadding2D(padding=((3, 3), (3, 3)))(x)
        x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
        x = layers.Activation("relu", name="conv1_relu")(_normalise(x, name="conv1_bn"))
        x = layers.ZeroPadding2D(padding=((1, 1), (1, 1)))(x)
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
        for stage, depth in enumerate(depths, start=2):
            for i in range(1, depth + 1):
                x = _dense_layer(x, f"conv{stage}_block{i}")
            if stage < 5:
                between = f"pool{stage}"
                x = layers.Activation("relu", name=f"{between}_relu")(_normalise(x, name=f"{between}_bn"))
                x = layers.Conv2D(int(x.shape[3] * 0.5), 1, use_bias=False, name=f"{between}_conv")(x)
                x = layers.AveragePooling2D(2, strides=2, name=f"{between}_pool")(x)
        x = layers.Activation("relu", name="relu")(_normalise(x, name="bn"))
        return _finish(inputs, x, name, weights, include_top, pooling, classes, classifier_activation)

    return make


DenseNet121 = densenet_DenseNet121 = _densenet((6, 12, 24, 16), "densenet121")
DenseNet169 = densenet_DenseNet169 = _densenet((6, 12, 32, 32), "densenet169")
DenseNet201 = densenet_DenseNet201 = _densenet((6, 12, 48, 32), "densenet201")
densenet_preprocess_input = _standardised
