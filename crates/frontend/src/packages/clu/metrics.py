"""clu.metrics: metrics that are trees of arrays, merged from batch to batch."""
import jax
import jax.numpy as jnp
from flax import struct


def _same_shape(a, b):
    if a.shape != b.shape:
        raise ValueError(f"Expected same shape: {a.shape} != {b.shape}")


def _fitting_mask(mask, value):
    """The mask, if it has one entry for each row of the value."""
    if mask is not None and (value.shape or (0,))[0] != mask.shape[0]:
        return None
    return mask


class Metric:
    @classmethod
    def from_model_output(cls, *args, **kwargs):
        raise NotImplementedError("Must override from_model_output()")

    def merge(self, other):
        raise NotImplementedError("Must override merge()")

    def _reduce_merge(self, other):
        return self.merge(other)

    def compute(self):
        raise NotImplementedError("Must override compute()")

    @classmethod
    def empty(cls):
        raise NotImplementedError("Must override empty()")

    def compute_value(self):
        return self.compute()

    def reduce(self):
        first = jax.tree_util.tree_map(lambda x: x[0], self)
        others = jax.tree_util.tree_map(lambda x: x[1:], self)
        return jax.lax.scan(lambda reduced, metric: (reduced._reduce_merge(metric), None), first, others)[0]

    @classmethod
    def from_fun(cls, fun):
        base = cls

        @struct.dataclass
        class FromFun(base):
            @classmethod
            def from_model_output(cls, **model_output):
                mask = model_output.get("mask")
                output = fun(**model_output)
                named = isinstance(output, dict)
                if named and "mask" in output:
                    output = dict(output)
                    mask = output.pop("mask")
                mask = _fitting_mask(mask, list(output.values())[0] if named else output)
                if named:
                    return super().from_model_output(**output, mask=mask)
                return super().from_model_output(output, mask=mask)

        return FromFun

    @classmethod
    def from_output(cls, name):
        base = cls

        @struct.dataclass
        class FromOutput(base):
            @classmethod
            def from_model_output(cls, **model_output):
                output = jnp.array(model_output[name])
                return super().from_model_output(output, mask=_fitting_mask(model_output.get("mask"), output))

        return FromOutput


def _masked(values, mask):
    """Values with an axis, and which of them count."""
    if values.ndim == 0:
        values = values[None]
    if mask is None:
        mask = jnp.ones_like(values)
    if mask.shape[0] != values.shape[0]:
        raise ValueError(
            "Argument `mask` must have the same leading dimension as `values`. Received mask of dimension "
            f"{mask.shape} and values of dimension {values.shape}."
        )
    if mask.ndim < values.ndim:
        mask = jnp.expand_dims(mask, axis=tuple(range(mask.ndim, values.ndim)))
    return values, mask.astype(bool)


def _count(values, mask):
    return jnp.where(mask, jnp.ones_like(values, dtype=jnp.int32), jnp.zeros_like(values, dtype=jnp.int32)).sum()


def _total(values, mask):
    return jnp.where(mask, values, jnp.zeros_like(values)).sum()


@struct.dataclass
class Average(Metric):
    total: jax.Array
    count: jax.Array

    @classmethod
    def empty(cls):
        return cls(total=jnp.array(0, jnp.float32), count=jnp.array(0, jnp.int32))

    @classmethod
    def from_model_output(cls, values, mask=None, **_):
        values, mask = _masked(values, mask)
        return cls(total=_total(values, mask), count=_count(values, mask))

    def merge(self, other):
        _same_shape(self.total, other.total)
        return type(self)(total=self.total + other.total, count=self.count + other.count)

    def compute(self):
        return self.total / self.count


@struct.dataclass
class Std(Metric):
    total: jax.Array
    sum_of_squares: jax.Array
    count: jax.Array

    @classmethod
    def empty(cls):
        zero = jnp.array(0, jnp.float32)
        return cls(total=zero, sum_of_squares=zero, count=jnp.array(0, jnp.int32))

    @classmethod
    def from_model_output(cls, values, mask=None, **_):
        values, mask = _masked(values, mask)
        return cls(total=_total(values, mask), sum_of_squares=_total(values**2, mask), count=_count(values, mask))

    def merge(self, other):
        _same_shape(self.total, other.total)
        return type(self)(
            total=self.total + other.total,
            sum_of_squares=self.sum_of_squares + other.sum_of_squares,
            count=self.count + other.count,
        )

    def compute(self):
        mean = self.total / self.count
        return jnp.clip(self.sum_of_squares / self.count - mean**2, 0.0) ** 0.5


@struct.dataclass
class Accuracy(Average):
    @classmethod
    def from_model_output(cls, *, logits, labels, **kwargs):
        if hasattr(labels, "_classes_of"):
            labels._classes_of(logits)
        if logits.ndim != labels.ndim + 1 or labels.dtype != jnp.int32:
            raise ValueError(
                f"Expected labels.dtype==jnp.int32 and logits.ndim={logits.ndim}==labels.ndim+1={labels.ndim + 1}"
            )
        right = (logits.argmax(axis=-1) == labels).astype(jnp.float32)
        return super().from_model_output(values=right, **kwargs)


@struct.dataclass
class LastValue(Metric):
    total: jax.Array
    count: jax.Array

    def __init__(self, total=None, count=None, value=None):
        if (value is None) == (total is None):
            raise ValueError(f"Exactly one of 'total' and 'value' should be passed. Got {total}, {value}")
        count = jnp.array(1, jnp.int32) if count is None else count
        object.__setattr__(self, "total", value * count if total is None else total)
        object.__setattr__(self, "count", count)

    @classmethod
    def empty(cls):
        return cls(jnp.array(0, jnp.float32), count=jnp.array(0, jnp.int32))

    @classmethod
    def from_model_output(cls, value, mask=None, **_):
        if mask is None:
            mask = jnp.ones((value.shape or ((),))[0])
        return cls(total=_total(value, mask), count=mask.sum().astype(jnp.int32))

    def merge(self, other):
        _same_shape(self.value, other.value)
        return other

    def _reduce_merge(self, other):
        _same_shape(self.total, other.total)
        return type(self)(total=self.total + other.total, count=self.count + other.count)

    @property
    def value(self):
        return self.total / self.count

    def compute(self):
        return self.value


@struct.dataclass
class CollectingMetric(Metric):
    """Model outputs of all batches, joined by `compute`."""

    values: dict

    @classmethod
    def empty(cls):
        return cls(values={})

    def merge(self, other):
        if not self.values or not other.values:
            return other if other.values else self
        return type(self)({name: (*value, *other.values[name]) for name, value in self.values.items()})

    def reduce(self):
        return type(self)({name: jnp.concatenate(values) for name, values in self.values.items()})

    def compute(self):
        return {name: jnp.concatenate(values) for name, values in self.values.items()}

    @classmethod
    def from_outputs(cls, names):
        base = cls

        @struct.dataclass
        class FromOutputs(base):
            @classmethod
            def from_model_output(cls, **model_output):
                def rows(value):
                    value = jnp.array(jnp.nan if value is None else value)
                    return value[None] if value.ndim == 0 else value

                return cls({name: (rows(model_output[name]),) for name in names})

        return FromOutputs


@struct.dataclass
class _ReductionCounter(Metric):
    value: jax.Array

    @classmethod
    def empty(cls):
        return cls(value=jnp.array(1, jnp.int32))

    def merge(self, other):
        return _ReductionCounter(self.value + other.value)


@struct.dataclass
class Collection:
    _reduction_counter: _ReductionCounter

    @classmethod
    def create(cls, **metrics):
        return struct.dataclass(type("_InlineCollection", (Collection,), {"__annotations__": metrics}))

    @classmethod
    def create_collection(cls, **metrics):
        kind = cls.create(**{name: type(metric) for name, metric in metrics.items()})
        return kind(_reduction_counter=_ReductionCounter.empty(), **metrics)

    @classmethod
    def empty(cls):
        metrics = {name: metric.empty() for name, metric in cls.__annotations__.items()}
        return cls(_reduction_counter=_ReductionCounter.empty(), **metrics)

    @classmethod
    def _from_model_output(cls, **kwargs):
        metrics = {name: metric.from_model_output(**kwargs) for name, metric in cls.__annotations__.items()}
        return cls(_reduction_counter=_ReductionCounter.empty(), **metrics)

    @classmethod
    def single_from_model_output(cls, **kwargs):
        return cls._from_model_output(**kwargs)

    @classmethod
    def gather_from_model_output(cls, axis_name="batch", **kwargs):
        return jax.lax.all_gather(cls._from_model_output(**kwargs), axis_name=axis_name).reduce()

    def merge(self, other):
        return type(self)(**{name: metric.merge(getattr(other, name)) for name, metric in vars(self).items()})

    def reduce(self):
        return type(self)(**{name: metric.reduce() for name, metric in vars(self).items()})

    def compute(self):
        if self._reduction_counter.value.ndim != 0:
            raise ValueError(
                f"Collection is still replicated (ndim={self._reduction_counter.value.ndim}). Maybe you forgot to call "
                "a flax.jax_utils.unreplicate() or a Collections.reduce()?"
            )
        metrics = vars(self).items()
        return {name: metric.compute() for name, metric in metrics if name != "_reduction_counter"}

    def compute_values(self):
        return self.compute()

    def unreplicate(self):
        return jax.tree_util.tree_map(lambda x: x[0], self)
