# Residual networks.


def _residual(x, filters, stride, widen, name):
    shortcut = x
    if widen:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = _normalise(shortcut, name=f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = layers.Activation("relu", name=f"{name}_1_relu")(_normalise(x, name=f"{name}_1_bn"))
    x = layers.Conv2D(filters, 3, padding="SAME", name=f"{name}_2_conv")(x)
    x = layers.Activation("relu", name=f"{name}_2_relu")(_normalise(x, name=f"{name}_2_bn"))
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = layers.Add(name=f"{name}_add")([shortcut, _normalise(x, name=f"{name}_3_bn")])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _residual_v2(x, filters, stride, widen, name):
    before = layers.Activation("relu", name=f"{name}_preact_relu")(_normalise(x, name=f"{name}_preact_bn"))
    if widen:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(before)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = layers.Conv2D(filters, 1, strides=1, use_bias=False, name=f"{name}_1_conv")(before)
    x = layers.Activation("relu", name=f"{name}_1_relu")(_normalise(x, name=f"{name}_1_bn"))
    x = layers.ZeroPadding2D(padding=((1, 1), (1, 1)), name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = layers.Activation("relu", name=f"{name}_2_relu")(_normalise(x, name=f"{name}_2_bn"))
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _resnet(depths, second, name):
    def make(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
        classifier_activation="softmax", name=name,
    ):
        inputs, x = _begin(input_tensor, input_shape, 224, 32, include_top, weights, classes)
        x = layers.ZeroPadding2D(padding=((3, 3), (3, 3)), name="conv1_pad")(x)
        x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
        if not second:
            x = layers.Activation("relu", name="conv1_relu")(_normalise(x, name="conv1_bn"))
        x = layers.ZeroPadding2D(padding=((1, 1), (1, 1)), name="pool1_pad")(x)
        x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
        for stage, depth in enumerate(depths):
            filters = 64 * 2**stage
            for i in range(1, depth + 1):
                block = f"conv{stage + 2}_block{i}"
                if second:
                    # The second version makes the image smaller at a stage's end.
                    stride = 2 if i == depth and stage < 3 else 1
                    x = _residual_v2(x, filters, stride, i == 1, block)
                else:
                    stride = 2 if i == 1 and stage > 0 else 1
                    x = _residual(x, filters, stride, i == 1, block)
        if second:
            x = layers.Activation("relu", name="post_relu")(_normalise(x, name="post_bn"))
        return _finish(inputs, x, name, weights, include_top, pooling, classes, classifier_activation)

    return make


ResNet50 = resnet_ResNet50 = _resnet((3, 4, 6, 3), False, "resnet50")
ResNet101 = resnet_ResNet101 = _resnet((3, 4, 23, 3), False, "resnet101")
ResNet152 = resnet_ResNet152 = _resnet((3, 8, 36, 3), False, "resnet152")
ResNet50V2 = resnet_v2_ResNet50V2 = _resnet((3, 4, 6, 3), True, "resnet50v2")
ResNet101V2 = resnet_v2_ResNet101V2 = _resnet((3, 4, 23, 3), True, "resnet101v2")
ResNet152V2 = resnet_v2_ResNet152V2 = _resnet((3, 8, 36, 3), True, "resnet152v2")
resnet_preprocess_input = _centred
resnet_v2_preprocess_input = _scaled_to_one
