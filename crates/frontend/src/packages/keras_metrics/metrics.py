# Metrics of counts over thresholds, and of correlation.


class _AtThresholds(keras.metrics.Metric):
    # The best of one rate where another is at least a value.
    def __init__(self, what, value, num_thresholds, class_id, name, dtype):
        super().__init__(name=name, dtype=dtype)
        if not 0 <= value <= 1:
            raise ValueError(f"`{what}` must be from 0 to 1, found {value}")
        if num_thresholds <= 0:
            raise ValueError(f"`num_thresholds` must be at least 1, found {num_thresholds}")
        self.value, self.class_id, self.num_thresholds = value, class_id, num_thresholds
        self._what = what
        names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
        self._counts = []
        for count in names:
            variable = self.add_variable((num_thresholds,), "zeros", name=count)
            setattr(self, count, variable)
            self._counts.append(variable)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.convert_to_tensor(y_pred)
        weight = ops.ones(y_pred.shape)
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight)
            ones = (1,) * (len(y_pred.shape) - len(sample_weight.shape))
            weight = weight * ops.reshape(sample_weight, tuple(sample_weight.shape) + ones)
        y_true = ops.reshape(ops.cast(y_true, "float32"), y_pred.shape)
        parts = [x if self.class_id is None else x[..., self.class_id] for x in (y_true, y_pred, weight)]
        y_true, y_pred, weight = (ops.reshape(x, (1, -1)) for x in parts)
        if self.num_thresholds == 1:
            positive = y_pred > 0.5
        else:
            # Thresholds divide the range from 0 to 1 evenly; at the first one everything is positive.
            last = ops.maximum(ops.ceil(y_pred * (self.num_thresholds - 1)) - 1, 0.0)
            positive = last >= ops.arange(self.num_thresholds, dtype="float32")[:, None]
        positive = ops.cast(positive, "float32")
        negative = 1 - positive
        for count, cases in zip(
            self._counts, (positive * y_true, positive * (1 - y_true), negative * (1 - y_true), negative * y_true)
        ):
            count.assign(count + ops.sum(cases * weight, axis=1))

    def _rates(self):
        tp, fp, tn, fn = self._counts
        share = lambda part, other: ops.divide_no_nan(part + 0.0, part + other)
        return {
            "sensitivity": share(tp, fn), "specificity": share(tn, fp), "precision": share(tp, fp), "recall": share(tp, fn)
        }

    def _best(self, wanted, bound):
        rates = self._rates()
        return ops.max(ops.where(rates[bound] >= self.value, rates[wanted], 0.0))

    def get_config(self):
        own = {"class_id": self.class_id, "num_thresholds": self.num_thresholds, self._what: self.value}
        return {**super().get_config(), **own}


class SensitivityAtSpecificity(_AtThresholds):
    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("specificity", specificity, num_thresholds, class_id, name, dtype)

    def result(self):
        return self._best("sensitivity", "specificity")


class SpecificityAtSensitivity(_AtThresholds):
    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("sensitivity", sensitivity, num_thresholds, class_id, name, dtype)

    def result(self):
        return self._best("specificity", "sensitivity")


class PrecisionAtRecall(_AtThresholds):
    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("recall", recall, num_thresholds, class_id, name, dtype)

    def result(self):
        return self._best("precision", "recall")


class RecallAtPrecision(_AtThresholds):
    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("precision", precision, num_thresholds, class_id, name, dtype)

    def result(self):
        return self._best("recall", "precision")


def pearson_correlation(y_true, y_pred, axis=-1):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    centred = [y - ops.mean(y, axis=axis, keepdims=True) for y in (y_true, y_pred)]
    y_true, y_pred = (y / ops.std(y, axis=axis, keepdims=True) for y in centred)
    return ops.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true, y_pred, axis=-1):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    mean = lambda x: ops.mean(x, axis=axis, keepdims=True)
    true_mean, mean_of_pred = mean(y_true), mean(y_pred)
    spread = mean(ops.square(y_true - true_mean)) + mean(ops.square(y_pred - mean_of_pred))
    common = (y_true - mean_of_pred) * (y_pred - mean_of_pred)
    divisor = spread + ops.square(true_mean - mean_of_pred) + keras.config.epsilon()
    return ops.mean(2 * common / divisor, axis=axis)


class _MeanOf(keras.metrics.Metric):
    # The weighted mean of a function of each row.
    def __init__(self, function, name, dtype, axis):
        super().__init__(name=name, dtype=dtype)
        self._function, self.axis = function, axis
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = self._function(y_true, y_pred, axis=self.axis)
        weight = ops.ones_like(values)
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight)
            ones = (1,) * (len(values.shape) - len(sample_weight.shape))
            weight = weight * ops.reshape(sample_weight, tuple(sample_weight.shape) + ones)
        self.total.assign(self.total + ops.sum(values * weight))
        self.count.assign(self.count + ops.sum(weight))

    def result(self):
        return ops.divide_no_nan(self.total + 0.0, self.count + 0.0)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class PearsonCorrelation(_MeanOf):
    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis)


class ConcordanceCorrelation(_MeanOf):
    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis)
