# Losses that compare whole batches, sets or sequences.

import keras
from keras import ops


def dice(y_true, y_pred, axis=None):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    both, either = ops.sum(y_true * y_pred, axis=axis), ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1 - 2.0 * both / (either + keras.config.epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    both = ops.sum(y_true * y_pred, axis=axis)
    missed, wrong = ops.sum((1 - y_pred) * y_true, axis=axis), ops.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - both / (both + missed * alpha + wrong * beta + keras.config.epsilon())


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    y_pred = ops.convert_to_tensor(y_pred)
    chosen = ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
    return (1 - ops.power(ops.sum(y_pred * chosen, axis=-1), q)) / q


def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    others = labels if ref_labels is None else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    embeddings = y_pred if ref_embeddings is None else ref_embeddings
    distances = ops.maximum(1 - ops.matmul(y_pred, ops.transpose(embeddings)), 0.0)
    alike = labels == ops.transpose(others)
    different = ops.logical_not(alike)
    if remove_diagonal:
        same = ops.arange(distances.shape[0])[:, None] == ops.arange(distances.shape[1])[None, :]
        alike = ops.logical_and(alike, ops.logical_not(same))

    def total(pairs, weights, scores):
        weights = ops.maximum(weights * ops.cast(pairs, distances.dtype), 0.0)
        return ops.logsumexp(ops.where(pairs, gamma * weights * scores, float("-inf")), axis=1)

    near = total(alike, margin + distances, distances - margin)
    far = total(different, 1 + margin - distances, 1 - margin - distances)
    return ops.softplus(near + far)


def ctc(y_true, y_pred):
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise ValueError(f"`y_true` must have the shape (batch, longest label), found {tuple(y_true.shape)}")
    if len(y_pred.shape) != 3:
        raise ValueError(f"`y_pred` must have the shape (batch, steps, classes), found {tuple(y_pred.shape)}")
    lengths = ops.sum(ops.cast(y_true != 0, "int32"), axis=-1)
    steps = y_pred.shape[1] * ops.ones((y_pred.shape[0],), dtype="int32")
    return ops.ctc_loss(y_true, y_pred, lengths, steps, mask_index=0)


class _Of(keras.losses.Loss):
    # A function with its arguments. `_class_numbers` says that targets are numbers of classes, one for each row of
    # predictions, `_labels` that they are any numbers.
    def __init__(self, function, name, reduction, dtype, **arguments):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self._function, self._arguments = function, arguments

    def call(self, y_true, y_pred):
        return self._function(y_true, y_pred, **self._arguments)

    def get_config(self):
        return {**super().get_config(), **self._arguments}


class Dice(_Of):
    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, name, reduction, dtype, axis=axis)


class Tversky(_Of):
    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None):
        super().__init__(tversky, name, reduction, dtype, alpha=alpha, beta=beta, axis=axis)


class Circle(_Of):
    _labels = True

    def __init__(
        self, gamma=80.0, margin=0.4, remove_diagonal=True, reduction="sum_over_batch_size", name="circle", dtype=None
    ):
        arguments = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, name, reduction, dtype, **arguments)
        self._is_mean = reduction not in ("sum", "none", None)

    def call(self, y_true, y_pred):
        values = super().call(y_true, y_pred)
        # Rows without a loss do not count in means.
        counts = ops.cast(values > 0, values.dtype)
        scale = values.shape[0] / (ops.sum(counts) + keras.config.epsilon())
        return values * counts * ops.stop_gradient(scale) if self._is_mean else values


class CategoricalGeneralizedCrossEntropy(_Of):
    _class_numbers = True

    def __init__(
        self, q=0.5, reduction="sum_over_batch_size", name="categorical_generalized_cross_entropy", dtype=None
    ):
        if not 0 < q < 1:
            raise ValueError("q must be in the interval (0, 1)")
        super().__init__(categorical_generalized_cross_entropy, name, reduction, dtype, q=q)
