"""hk.initializers: functions of a shape and a type; keys come from the running transform."""
import math

import jax
import jax.numpy as jnp
from haiku import next_rng_key


class Constant:
    def __init__(self, constant):
        self.constant = constant

    def __call__(self, shape, dtype):
        return jnp.broadcast_to(self.constant, shape).astype(dtype)


class RandomNormal:
    def __init__(self, stddev=1.0, mean=0.0):
        self.stddev, self.mean = stddev, mean

    def __call__(self, shape, dtype):
        draw = jax.random.normal(next_rng_key(), tuple(shape), dtype)
        return jnp.asarray(self.mean, dtype) + jnp.asarray(self.stddev, dtype) * draw


class TruncatedNormal:
    def __init__(self, stddev=1.0, mean=0.0, lower=-2.0, upper=2.0):
        self.stddev, self.mean, self.lower, self.upper = stddev, mean, lower, upper

    def __call__(self, shape, dtype):
        draw = jax.random.truncated_normal(next_rng_key(), self.lower, self.upper, tuple(shape), dtype)
        return jnp.asarray(self.stddev, dtype) * draw + jnp.asarray(self.mean, dtype)


class RandomUniform:
    def __init__(self, minval=0.0, maxval=1.0):
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape, dtype):
        return jax.random.uniform(next_rng_key(), tuple(shape), dtype, self.minval, self.maxval)


class VarianceScaling:
    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", fan_in_axes=None):
        if fan_in_axes is not None:
            raise NotImplementedError("`fan_in_axes` of VarianceScaling is not compiled")
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape, dtype):
        shape = tuple(shape)
        field = math.prod(shape[:-2]) if len(shape) > 2 else 1
        fan_in = 1 if not shape else shape[0] if len(shape) == 1 else field * shape[-2]
        fan_out = 1 if not shape else field * shape[-1]
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        scale = self.scale / max(1.0, fan)
        if self.distribution == "truncated_normal":
            # The deviation of a normal variable cut off at two of its deviations.
            return TruncatedNormal(stddev=math.sqrt(scale) / 0.87962566103423978)(shape, dtype)
        if self.distribution == "normal":
            return RandomNormal(stddev=math.sqrt(scale))(shape, dtype)
        limit = math.sqrt(3.0 * scale)
        return RandomUniform(-limit, limit)(shape, dtype)


class UniformScaling:
    def __init__(self, scale=1.0):
        self.scale = scale

    def __call__(self, shape, dtype):
        limit = math.sqrt(3.0 / math.prod(shape[:-1])) * self.scale
        return RandomUniform(-limit, limit)(shape, dtype)


class Orthogonal:
    def __init__(self, scale=1.0, axis=-1):
        self.scale, self.axis = scale, axis

    def __call__(self, shape, dtype):
        return jax.nn.initializers.orthogonal(self.scale, self.axis)(next_rng_key(), tuple(shape), dtype)


class Identity:
    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype):
        eye = self.gain * jnp.eye(shape[-2], shape[-1], dtype=dtype)
        return jnp.broadcast_to(eye, tuple(shape))
