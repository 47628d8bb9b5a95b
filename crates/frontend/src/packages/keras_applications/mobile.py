# MobileNetV2: inverted residual blocks.


def _divisible(size, divisor=8):
    rounded = max(divisor, int(size + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * size else rounded


def _inverted(x, expansion, stride, alpha, filters, index):
    inputs, channels = x, x.shape[-1]
    filters = _divisible(int(filters * alpha))
    name = f"block_{index}_" if index else "expanded_conv_"
    if index:
        x = layers.Conv2D(expansion * channels, 1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = _normalise(x, 1e-3, momentum=0.999, name=f"{name}expand_BN")
        x = layers.ReLU(6.0, name=f"{name}expand_relu")(x)
    if stride == 2:
        x = layers.ZeroPadding2D(padding=_padding(x, 3), name=f"{name}pad")(x)
    x = layers.DepthwiseConv2D(
        3, strides=stride, use_bias=False, padding="same" if stride == 1 else "valid", name=f"{name}depthwise"
    )(x)
    x = _normalise(x, 1e-3, momentum=0.999, name=f"{name}depthwise_BN")
    x = layers.ReLU(6.0, name=f"{name}depthwise_relu")(x)
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = _normalise(x, 1e-3, momentum=0.999, name=f"{name}project_BN")
    if channels == filters and stride == 1:
        return layers.Add(name=f"{name}add")([inputs, x])
    return x


# Filters, stride and number of the blocks of each stage.
_STAGES = ((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1))


def MobileNetV2(
    input_shape=None, alpha=1.0, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000,
    classifier_activation="softmax", name=None,
):
    rows = 224
    if input_shape is not None and input_shape[0] == input_shape[1] and input_shape[0] in (96, 128, 160, 192, 224):
        rows = input_shape[0]
    inputs, x = _begin(input_tensor, input_shape, rows, 32, include_top, weights, classes)
    if name is None:
        size = rows if weights == "imagenet" or input_shape is None else input_shape[0]
        name = f"mobilenetv2_{alpha:0.2f}_{size}"
    x = layers.Conv2D(
        _divisible(32 * alpha), kernel_size=3, strides=(2, 2), padding="same", use_bias=False, name="Conv1"
    )(x)
    x = layers.ReLU(6.0, name="Conv1_relu")(_normalise(x, 1e-3, momentum=0.999, name="bn_Conv1"))
    index = 0
    for filters, stride, count in _STAGES:
        for i in range(count):
            x = _inverted(x, 6, stride if i == 0 else 1, alpha, filters, index)
            index += 1
    last = _divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = layers.Conv2D(last, kernel_size=1, use_bias=False, name="Conv_1")(x)
    x = layers.ReLU(6.0, name="out_relu")(_normalise(x, 1e-3, momentum=0.999, name="Conv_1_bn"))
    return _finish(inputs, x, name, weights, include_top, pooling, classes, classifier_activation, None, None)


mobilenet_v2_MobileNetV2, mobilenet_v2_preprocess_input = MobileNetV2, _scaled_to_one


def _plain_block(x, filters, stride, index):
    if stride == 2:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{index}")(x)
    x = layers.DepthwiseConv2D(
        (3, 3), strides=(stride, stride), padding="same" if stride == 1 else "valid", use_bias=False,
        name=f"conv_dw_{index}",
    )(x)
    x = layers.ReLU(6.0, name=f"conv_dw_{index}_relu")(_normalise(x, 1e-3, name=f"conv_dw_{index}_bn"))
    x = layers.Conv2D(filters, (1, 1), padding="same", use_bias=False, strides=(1, 1), name=f"conv_pw_{index}")(x)
    return layers.ReLU(6.0, name=f"conv_pw_{index}_relu")(_normalise(x, 1e-3, name=f"conv_pw_{index}_bn"))


def MobileNet(
    input_shape=None, alpha=1.0, depth_multiplier=1, dropout=1e-3, include_top=True, weights="imagenet",
    input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", name=None,
):
    if depth_multiplier != 1:
        raise NotImplementedError("depth_multiplier other than 1")
    rows = 224
    if input_shape is not None and input_shape[0] == input_shape[1] and input_shape[0] in (128, 160, 192, 224):
        rows = input_shape[0]
    inputs, x = _begin(input_tensor, input_shape, rows, 32, include_top, weights, classes)
    if name is None:
        size = rows if weights == "imagenet" or input_shape is None else input_shape[0]
        name = f"mobilenet_{alpha:0.2f}_{size}"
    x = layers.Conv2D(int(32 * alpha), (3, 3), padding="same", use_bias=False, strides=(2, 2), name="conv1")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(_normalise(x, 1e-3, name="conv1_bn"))
    wide = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
    for index, filters in enumerate(wide, start=1):
        x = _plain_block(x, int(filters * alpha), 2 if index in (2, 4, 6, 12) else 1, index)
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, (1, 1), padding="same", name="conv_preds")(x)
        x = layers.Reshape((classes,), name="reshape_2")(x)
        x = layers.Activation(activation=classifier_activation, name="predictions")(x)
        return _model(inputs, x, name, weights)
    return _finish(inputs, x, name, weights, False, pooling, classes, classifier_activation, None, None)


mobilenet_MobileNet, mobilenet_preprocess_input = MobileNet, _scaled_to_one
