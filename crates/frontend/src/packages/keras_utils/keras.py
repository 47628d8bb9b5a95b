# What `keras` itself has that needs no native code.
import jax
import keras


class InputSpec:
    """What a layer says of an input: its rank, sizes of axes, element type."""

    def __init__(
        self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None, allow_last_axis_squeeze=False,
        name=None, optional=False,
    ):
        self.dtype = None if dtype is None else keras.backend.standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(self.shape)
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.name, self.optional, self.allow_last_axis_squeeze = name, optional, allow_last_axis_squeeze
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        last = self.ndim if self.ndim is not None else max_ndim
        if self.axes and last is not None and max(self.axes) > last - 1:
            raise ValueError(f"`axes` names axis {max(self.axes)} of an input whose last is {last - 1}")

    def get_config(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        told = [f"{name}={getattr(self, name)}" for name in names if getattr(self, name)]
        return f"InputSpec({', '.join(told)})"


class Function:
    """The operations between symbolic tensors as a function of values."""

    def __init__(self, inputs, outputs, name=None):
        self.inputs, self.outputs = keras.tree.flatten(inputs), keras.tree.flatten(outputs)
        self.name = name
        self._model = keras.Model(inputs, outputs)

    def __call__(self, inputs):
        return self._model(inputs)


def remat(f):
    """The function, whose values the gradient computes again rather than keeping them."""
    return jax.checkpoint(f)


class device:
    """A block without effect: an artifact runs on one device."""

    def __init__(self, device_name):
        self.device_name = device_name

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


class name_scope:
    """A block whose operations carry a name."""

    def __init__(self, name, caller=None, **options):
        self.name = name
        self._scope = jax.named_scope(name)

    def __enter__(self):
        self._scope.__enter__()
        return self

    def __exit__(self, *exception):
        self._scope.__exit__(*exception)
