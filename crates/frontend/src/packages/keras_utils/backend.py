# What only keras.backend has.
import jax.numpy as _jnp


def result_type(*dtypes):
    """The name of the element type of operations on all."""
    return standardize_dtype(_jnp.result_type(*["float32" if dtype is None else dtype for dtype in dtypes]))
