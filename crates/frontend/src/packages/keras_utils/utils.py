# Small functions of keras.utils and keras.backend.
import keras


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """A batch as `fit` takes it: x alone, or a tuple of what is given."""
    if y is None:
        return x if not isinstance(x, (list, tuple)) else (x,)
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data):
    """The inputs, targets and sample weights of a batch, None for what is missing."""
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(f"a batch has from one to three parts, found {len(data)}")
    return data + (None,) * (3 - len(data))


_DTYPES = ["float16", "float32", "float64", "bfloat16", "float8_e4m3fn", "float8_e5m2", "uint8", "uint16", "uint32",
           "uint64", "int8", "int16", "int32", "int64", "int4", "bool", "string", "complex64", "complex128"]


def standardize_dtype(dtype):
    """The name of an element type; the default one for None."""
    if dtype is None:
        return keras.backend.floatx()
    if dtype is float:
        return "float32"
    if dtype is int or dtype == "int":
        return "int32"
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
    if name not in _DTYPES:
        raise ValueError(f"Invalid dtype: {name}")
    return name


def is_float_dtype(dtype):
    """Whether an element type is a floating-point type."""
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype):
    """Whether an element type is an integer type."""
    return "int" in standardize_dtype(dtype)

