# Model architectures that Keras ships. Layers have the names that they have there, so that weights saved by
# Keras's models fit.

import math

import keras
from keras import layers, ops


def _begin(input_tensor, input_shape, default, smallest, include_top, weights, classes):
    """The input of a model, and the tensor that its first layer takes."""
    if isinstance(weights, str) and weights == "imagenet" and include_top and classes != 1000:
        raise ValueError("weights='imagenet' with include_top=True go with classes=1000")
    if include_top and input_shape is not None and None in tuple(input_shape)[:2]:
        raise ValueError("with include_top=True, the input has a known size")
    if input_shape is None:
        input_shape = (default, default, 3) if include_top else (None, None, 3)
    if any(size is not None and size < smallest for size in tuple(input_shape)[:2]):
        raise ValueError(f"the input must be at least {smallest}x{smallest}, found {input_shape}")
    if input_tensor is None:
        input_tensor = layers.Input(shape=tuple(input_shape))
        return input_tensor, input_tensor
    return _sources(input_tensor), input_tensor


def _finish(inputs, x, name, weights, include_top, pooling, classes, activation, average="avg_pool", most="max_pool"):
    """The head or the pooling, and the model."""
    if include_top:
        x = layers.GlobalAveragePooling2D(name=average)(x)
        x = layers.Dense(classes, activation=activation, name="predictions")(x)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D(name=average)(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D(name=most)(x)
    return _model(inputs, x, name, weights)


def _model(inputs, x, name, weights):
    model = keras.Model(inputs, x, name=name)
    if weights is not None:
        _warn(
            f"the weights \"{weights}\" of `{name}` are a file that Keras fetches or reads at run time",
            f"the weights of `{name}` start as its initializers say",
            "save the weights of the whole model with Keras, model.save_weights(\"model.weights.h5\"), "
            "and pass the file with --weights",
        )
    return model


def _normalise(x, epsilon=1.001e-5, **options):
    return layers.BatchNormalization(axis=3, epsilon=epsilon, **options)(x)


def _padding(x, kernel):
    """Zeros around an image so that a strided convolution meets its middle."""
    rows, columns = x.shape[1:3]
    less = (1, 1) if rows is None else (1 - rows % 2, 1 - columns % 2)
    half = kernel // 2
    return ((half - less[0], half), (half - less[1], half))


def imagenet_utils_preprocess_input(x, data_format=None, mode="caffe"):
    if mode == "tf":
        return x / 127.5 - 1.0
    if data_format == "channels_first":
        raise NotImplementedError("preprocess_input of channels_first images")
    if mode == "torch":
        x = x / 255.0
        mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    else:
        x = ops.stack([x[..., i] for i in (2, 1, 0)], axis=-1)
        mean, deviation = [103.939, 116.779, 123.68], None
    shape = (1,) * (len(x.shape) - 1) + (3,)
    x = x + ops.reshape(ops.convert_to_tensor([-value for value in mean], dtype=x.dtype), shape)
    if deviation is not None:
        x = x / ops.convert_to_tensor(deviation, dtype=x.dtype)
    return x


imagenet_utils_decode_predictions = decode_predictions = _host("keras.applications.decode_predictions")


def _scaled_to_one(x, data_format=None):
    return imagenet_utils_preprocess_input(x, data_format, "tf")


def _centred(x, data_format=None):
    return imagenet_utils_preprocess_input(x, data_format, "caffe")


def _standardised(x, data_format=None):
    return imagenet_utils_preprocess_input(x, data_format, "torch")


def _as_it_is(x, data_format=None):
    return x
