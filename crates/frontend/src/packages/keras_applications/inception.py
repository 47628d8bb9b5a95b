# Inception and Xception.


def _step(x, filters, rows, columns, strides=(1, 1), padding="same"):
    x = layers.Conv2D(filters, (rows, columns), strides=strides, padding=padding, use_bias=False)(x)
    return layers.Activation("relu")(_normalise(x, 1e-3, scale=False))


def _branch(x, *steps):
    """Steps in a row: (filters, rows, columns), and "half" for those that make the image smaller."""
    for filters, rows, columns, *half in steps:
        x = _step(x, filters, rows, columns, (2, 2), "valid") if half else _step(x, filters, rows, columns)
    return x


def _pooled(x, filters):
    x = layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)
    return _step(x, filters, 1, 1)


def InceptionV3(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="inception_v3",
):
    inputs, x = _begin(input_tensor, input_shape, 299, 75, include_top, weights, classes)
    x = _step(x, 32, 3, 3, (2, 2), "valid")
    x = _step(x, 32, 3, 3, padding="valid")
    x = _step(x, 64, 3, 3)
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    x = _step(x, 80, 1, 1, padding="valid")
    x = _step(x, 192, 3, 3, padding="valid")
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    for i, filters in enumerate((32, 64, 64)):
        parts = [
            _branch(x, (64, 1, 1)),
            _branch(x, (48, 1, 1), (64, 5, 5)),
            _branch(x, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
            _pooled(x, filters),
        ]
        x = layers.concatenate(parts, axis=3, name=f"mixed{i}")
    parts = [
        _branch(x, (384, 3, 3, "half")),
        _branch(x, (64, 1, 1), (96, 3, 3), (96, 3, 3, "half")),
        layers.MaxPooling2D((3, 3), strides=(2, 2))(x),
    ]
    x = layers.concatenate(parts, axis=3, name="mixed3")
    for i, n in enumerate((128, 160, 160, 192), start=4):
        parts = [
            _branch(x, (192, 1, 1)),
            _branch(x, (n, 1, 1), (n, 1, 7), (192, 7, 1)),
            _branch(x, (n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)),
            _pooled(x, 192),
        ]
        x = layers.concatenate(parts, axis=3, name=f"mixed{i}")
    parts = [
        _branch(x, (192, 1, 1), (320, 3, 3, "half")),
        _branch(x, (192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3, "half")),
        layers.MaxPooling2D((3, 3), strides=(2, 2))(x),
    ]
    x = layers.concatenate(parts, axis=3, name="mixed8")
    for i in range(2):
        first = _branch(x, (320, 1, 1))
        second = _branch(x, (384, 1, 1))
        second = [_branch(second, (384, 1, 3)), _branch(second, (384, 3, 1))]
        second = layers.concatenate(second, axis=3, name=f"mixed9_{i}")
        third = _branch(x, (448, 1, 1), (384, 3, 3))
        third = [_branch(third, (384, 1, 3)), _branch(third, (384, 3, 1))]
        third = layers.concatenate(third, axis=3)
        x = layers.concatenate([first, second, third, _pooled(x, 192)], axis=3, name=f"mixed{9 + i}")
    unnamed = (None, None) if not include_top else ("avg_pool", None)
    return _finish(inputs, x, name, weights, include_top, pooling, classes, classifier_activation, *unnamed)


def _separable(x, filters, name):
    x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False, name=name)(x)
    return _normalise(x, 1e-3, name=f"{name}_bn")


def Xception(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="xception",
):
    inputs, x = _begin(input_tensor, input_shape, 299, 71, include_top, weights, classes)
    for i, (filters, strides) in enumerate(((32, (2, 2)), (64, (1, 1))), start=1):
        x = layers.Conv2D(filters, (3, 3), strides=strides, use_bias=False, name=f"block1_conv{i}")(x)
        x = layers.Activation("relu", name=f"block1_conv{i}_act")(_normalise(x, 1e-3, name=f"block1_conv{i}_bn"))
    for block, filters in ((2, (128, 128)), (3, (256, 256)), (4, (728, 728)), (13, (728, 1024))):
        if block == 13:
            for middle in range(5, 13):
                before = x
                for i in (1, 2, 3):
                    x = layers.Activation("relu", name=f"block{middle}_sepconv{i}_act")(x)
                    x = _separable(x, 728, f"block{middle}_sepconv{i}")
                x = layers.add([x, before])
        shortcut = layers.Conv2D(filters[1], (1, 1), strides=(2, 2), padding="same", use_bias=False)(x)
        shortcut = _normalise(shortcut, 1e-3)
        for i in (1, 2):
            if (block, i) != (2, 1):
                x = layers.Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
            x = _separable(x, filters[i - 1], f"block{block}_sepconv{i}")
        x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name=f"block{block}_pool")(x)
        x = layers.add([x, shortcut])
    for i, filters in ((1, 1536), (2, 2048)):
        x = _separable(x, filters, f"block14_sepconv{i}")
        x = layers.Activation("relu", name=f"block14_sepconv{i}_act")(x)
    unnamed = (None, None) if not include_top else ("avg_pool", None)
    return _finish(inputs, x, name, weights, include_top, pooling, classes, classifier_activation, *unnamed)


inception_v3_InceptionV3, inception_v3_preprocess_input = InceptionV3, _scaled_to_one
xception_Xception, xception_preprocess_input = Xception, _scaled_to_one
