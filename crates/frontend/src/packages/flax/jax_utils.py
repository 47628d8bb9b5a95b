"""flax.jax_utils: trees with a first axis for the devices, of which there is one."""
import jax
import jax.numpy as jnp
from __keramos__ import is_host


def replicate(tree, devices=None):
    return jax.tree.map(lambda x: x if is_host(x) else jnp.asarray(x)[None], tree)


def unreplicate(tree):
    return jax.tree.map(lambda x: x[0], tree)


def prefetch_to_device(iterator, size, devices=None):
    return iterator


def pad_shard_unpad(wrapped, static_argnums=(0,), static_argnames=(), static_return=False):
    """The function for arrays without the devices' axis, which it gets and loses again."""

    def padded(*args, min_device_batch=None, **kwargs):
        def outer(x):
            return x if is_host(x) else jax.tree.map(lambda leaf: leaf[None], x)

        args = [x if i in static_argnums else outer(x) for i, x in enumerate(args)]
        kwargs = {name: x if name in static_argnames else outer(x) for name, x in kwargs.items()}
        out = wrapped(*args, **kwargs)
        return out if static_return or is_host(out) else jax.tree.map(lambda leaf: leaf[0], out)

    return padded


def partial_eval_by_shape(fn, input_spec, *args, **kwargs):
    inputs = [jax.ShapeDtypeStruct(*spec) if isinstance(spec, tuple) and isinstance(spec[0], tuple)
              else jax.ShapeDtypeStruct(spec, jnp.float32) for spec in input_spec]
    return jax.eval_shape(lambda *xs: fn(*xs, *args, **kwargs), *inputs)
