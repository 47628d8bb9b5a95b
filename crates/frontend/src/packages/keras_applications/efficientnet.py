# EfficientNet: inverted residual blocks that weigh their channels, in eight sizes.


def _kernel():
    return keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal")


# Kernel, blocks, filters before and after, expansion and stride of each stage.
_MOBILE = (
    (3, 1, 32, 16, 1, 1),
    (3, 2, 16, 24, 6, 2),
    (5, 2, 24, 40, 6, 2),
    (3, 3, 40, 80, 6, 2),
    (5, 3, 80, 112, 6, 1),
    (5, 4, 112, 192, 6, 2),
    (3, 1, 192, 320, 6, 1),
)


def _weighed(inputs, kernel, before, after, expansion, stride, rate, name):
    x, filters = inputs, before * expansion
    if expansion != 1:
        x = layers.Conv2D(
            filters, 1, padding="same", use_bias=False, kernel_initializer=_kernel(), name=f"{name}expand_conv"
        )(x)
        x = _normalise(x, 1e-3, name=f"{name}expand_bn")
        x = layers.Activation("swish", name=f"{name}expand_activation")(x)
    if stride == 2:
        x = layers.ZeroPadding2D(padding=_padding(x, kernel), name=f"{name}dwconv_pad")(x)
    x = layers.DepthwiseConv2D(
        kernel,
        strides=stride,
        padding="valid" if stride == 2 else "same",
        use_bias=False,
        depthwise_initializer=_kernel(),
        name=f"{name}dwconv",
    )(x)
    x = layers.Activation("swish", name=f"{name}activation")(_normalise(x, 1e-3, name=f"{name}bn"))
    scale = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    scale = layers.Reshape((1, 1, filters), name=f"{name}se_reshape")(scale)
    for size, activation, part in ((max(1, int(before * 0.25)), "swish", "reduce"), (filters, "sigmoid", "expand")):
        scale = layers.Conv2D(
            size, 1, padding="same", activation=activation, kernel_initializer=_kernel(), name=f"{name}se_{part}"
        )(scale)
    x = layers.multiply([x, scale], name=f"{name}se_excite")
    x = layers.Conv2D(
        after, 1, padding="same", use_bias=False, kernel_initializer=_kernel(), name=f"{name}project_conv"
    )(x)
    x = _normalise(x, 1e-3, name=f"{name}project_bn")
    if stride == 1 and before == after:
        if rate > 0:
            x = layers.Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
        x = layers.add([x, inputs], name=f"{name}add")
    return x


def _efficientnet(width, depth, size, dropout, name):
    def filters_of(filters):
        filters *= width
        rounded = max(8, int(filters + 4.0) // 8 * 8)
        return int(rounded + 8 if rounded < 0.9 * filters else rounded)

    def make(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
        classifier_activation="softmax", name=name,
    ):
        inputs, x = _begin(input_tensor, input_shape, size, 32, include_top, weights, classes)
        x = layers.Normalization(axis=3)(layers.Rescaling(1.0 / 255.0)(x))
        if weights == "imagenet":
            x = layers.Rescaling([1.0 / math.sqrt(deviation) for deviation in (0.229, 0.224, 0.225)])(x)
        x = layers.ZeroPadding2D(padding=_padding(x, 3), name="stem_conv_pad")(x)
        x = layers.Conv2D(
            filters_of(32), 3, strides=2, padding="valid", use_bias=False, kernel_initializer=_kernel(), name="stem_conv"
        )(x)
        x = layers.Activation("swish", name="stem_activation")(_normalise(x, 1e-3, name="stem_bn"))
        counts = [int(math.ceil(depth * stage[1])) for stage in _MOBILE]
        index, total = 0, float(sum(counts))
        for stage, ((kernel, _, before, after, expansion, stride), count) in enumerate(zip(_MOBILE, counts), start=1):
            before, after = filters_of(before), filters_of(after)
            for i in range(count):
                x = _weighed(
                    x, kernel, before if i == 0 else after, after, expansion, stride if i == 0 else 1,
                    0.2 * index / total, f"block{stage}{chr(i + 97)}_",
                )
                index += 1
        x = layers.Conv2D(
            filters_of(1280), 1, padding="same", use_bias=False, kernel_initializer=_kernel(), name="top_conv"
        )(x)
        x = layers.Activation("swish", name="top_activation")(_normalise(x, 1e-3, name="top_bn"))
        if include_top:
            x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
            x = layers.Dropout(dropout, name="top_dropout")(x)
            start = keras.initializers.VarianceScaling(1.0 / 3.0, "fan_out", "uniform")
            x = layers.Dense(classes, activation=classifier_activation, kernel_initializer=start, name="predictions")(x)
            return _model(inputs, x, name, weights)
        return _finish(inputs, x, name, weights, False, pooling, classes, classifier_activation)

    return make


EfficientNetB0 = efficientnet_EfficientNetB0 = _efficientnet(1.0, 1.0, 224, 0.2, "efficientnetb0")
EfficientNetB1 = efficientnet_EfficientNetB1 = _efficientnet(1.0, 1.1, 240, 0.2, "efficientnetb1")
EfficientNetB2 = efficientnet_EfficientNetB2 = _efficientnet(1.1, 1.2, 260, 0.3, "efficientnetb2")
EfficientNetB3 = efficientnet_EfficientNetB3 = _efficientnet(1.2, 1.4, 300, 0.3, "efficientnetb3")
EfficientNetB4 = efficientnet_EfficientNetB4 = _efficientnet(1.4, 1.8, 380, 0.4, "efficientnetb4")
EfficientNetB5 = efficientnet_EfficientNetB5 = _efficientnet(1.6, 2.2, 456, 0.4, "efficientnetb5")
EfficientNetB6 = efficientnet_EfficientNetB6 = _efficientnet(1.8, 2.6, 528, 0.5, "efficientnetb6")
EfficientNetB7 = efficientnet_EfficientNetB7 = _efficientnet(2.0, 3.1, 600, 0.5, "efficientnetb7")
efficientnet_preprocess_input = _as_it_is
