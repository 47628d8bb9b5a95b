# Intersections over unions of predicted and true classes, from a running confusion matrix.
import math

import keras
from keras import ops


class IoU(keras.metrics.Metric):
    # Attributes that the constructor takes under their names.
    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

    def __init__(self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_true=True,
                 sparse_y_pred=True, axis=-1):
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes, self.ignore_class, self.axis = num_classes, ignore_class, axis
        self.target_class_ids = list(target_class_ids)
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", dtype=dtype or "int32", name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        n, dtype = self.num_classes, self.total_cm.dtype
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        shape = ops.shape(y_true)
        y_true, y_pred = ops.cast(ops.reshape(y_true, [-1]), "int32"), ops.cast(ops.reshape(y_pred, [-1]), "int32")
        weights = ops.ones_like(y_true, dtype=dtype)
        if sample_weight is not None:
            given = ops.cast(sample_weight, dtype)
            # A weight of a row is that of all its elements.
            given = ops.reshape(given, list(ops.shape(given)) + [1] * (len(shape) - len(ops.shape(given))))
            weights = ops.reshape(ops.broadcast_to(given, shape), [-1])
        counts = ops.logical_and(ops.logical_and(y_true >= 0, y_true < n), ops.logical_and(y_pred >= 0, y_pred < n))
        if self.ignore_class is not None:
            counts = ops.logical_and(counts, y_true != self.ignore_class)
        weights = ops.where(counts, weights, ops.zeros_like(weights))
        places = ops.where(counts, y_true * n + y_pred, ops.zeros_like(y_true))
        self.total_cm.assign(self.total_cm + ops.reshape(ops.segment_sum(weights, places, num_segments=n * n), (n, n)))

    def result(self):
        matrix = ops.convert_to_tensor(self.total_cm)
        both = ops.diag(matrix)
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - both
        classes = ops.convert_to_tensor(self.target_class_ids, dtype="int32")
        both = ops.cast(ops.take(both, classes), "float32")
        either = ops.cast(ops.take(either, classes), "float32")
        seen = ops.cast(either > 1e-9, "float32")
        ratios = ops.where(seen > 0, both / (either + 1e-7), 0.0)
        return ops.sum(ratios, axis=self.axis) / (ops.sum(seen) + 1e-7)

    def reset_state(self):
        self.total_cm.assign(ops.zeros(self.total_cm.shape, dtype=self.total_cm.dtype))

    def get_config(self):
        return {**super().get_config(), **{name: getattr(self, name) for name in self._arguments}}


class BinaryIoU(IoU):
    _arguments = ("target_class_ids", "threshold")

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(num_classes=2, target_class_ids=target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, ops.cast(ops.convert_to_tensor(y_pred) >= self.threshold, "int32"), sample_weight)


class MeanIoU(IoU):
    _arguments = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_true=True, sparse_y_pred=True,
                 axis=-1):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis")

    def __init__(self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_pred=False,
                 axis=-1):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


class OneHotMeanIoU(MeanIoU):
    _arguments = ("num_classes", "ignore_class", "sparse_y_pred", "axis")

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
