# VGG: convolutions and pooling in a row.


def _vgg(depths, include_top, weights, input_tensor, input_shape, pooling, classes, activation, name):
    inputs, x = _begin(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    for block, (filters, depth) in enumerate(zip((64, 128, 256, 512, 512), depths), start=1):
        for i in range(1, depth + 1):
            x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same", name=f"block{block}_conv{i}")(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2), name=f"block{block}_pool")(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(4096, activation="relu", name="fc1")(x)
        x = layers.Dense(4096, activation="relu", name="fc2")(x)
        x = layers.Dense(classes, activation=activation, name="predictions")(x)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D()(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D()(x)
    return _model(inputs, x, name, weights)


def VGG16(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="vgg16",
):
    return _vgg(
        (2, 2, 3, 3, 3), include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name
    )


def VGG19(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="vgg19",
):
    return _vgg(
        (2, 2, 4, 4, 4), include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name
    )


vgg_VGG16, vgg_VGG19, vgg_preprocess_input = VGG16, VGG19, _centred
