# The share of the variance that a model explains.


class R2Score(keras.metrics.Metric):
    """1 - (squared errors / squared distances from the mean), averaged over the outputs."""

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(f"`class_aggregation` must be None, 'uniform_average' or 'variance_weighted_average', found {class_aggregation!r}")
        if num_regressors < 0:
            raise ValueError(f"`num_regressors` must not be negative, found {num_regressors}")
        if num_regressors > 0:
            # Keras asks with an `if` how many rows there were, which no compiled step on JAX can.
            raise NotImplementedError("R2Score(num_regressors=...) is adjusted by the number of rows, which Keras on JAX cannot do in a compiled step: leave it 0, and adjust the score afterwards")
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self.count = None

    def _build(self, shape):
        if len(shape) != 2:
            raise ValueError(f"R2Score takes targets and predictions of shape (rows, outputs), found {shape}")
        self.squared_sum = self.add_variable((shape[1],), "zeros", name="squared_sum")
        self.sum = self.add_variable((shape[1],), "zeros", name="sum")
        self.total_mse = self.add_variable((shape[1],), "zeros", name="residual")
        self.count = self.add_variable((shape[1],), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        if len(y_true.shape) == len(y_pred.shape) - 1:
            y_true = ops.expand_dims(y_true, -1)
        if self.count is None:
            self._build(y_pred.shape)
        weight = ops.ones_like(y_true)
        if sample_weight is not None:
            weight = ops.cast(sample_weight, "float32")
            weight = ops.expand_dims(weight, 1) if len(weight.shape) == 1 else weight
            weight = ops.broadcast_to(weight, y_true.shape)
        weighted = y_true * weight
        self.sum.assign(self.sum + ops.sum(weighted, axis=0))
        self.squared_sum.assign(self.squared_sum + ops.sum(y_true * weighted, axis=0))
        self.total_mse.assign(self.total_mse + ops.sum((y_true - y_pred) ** 2 * weight, axis=0))
        self.count.assign(self.count + ops.sum(weight, axis=0))
        self.num_samples.assign(self.num_samples + math.prod(y_true.shape))

    def result(self):
        if self.count is None:
            raise ValueError("R2Score has seen no data yet")
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1 - self.total_mse / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            return ops.mean(scores)
        if self.class_aggregation == "variance_weighted_average":
            return ops.sum(total * scores) / ops.sum(total)
        return scores

    def get_config(self):
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), "name": self.name, **own}
