"""Descriptions of inputs: what tables and programs write, and the arrays that they stand for."""

import zlib

import jax.numpy as jnp
import numpy as np

SHORT = {
    "bool": "bool", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
    "uint32": "u32", "uint64": "u64", "float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64",
    "float8_e4m3fn": "f8_e4m3fn", "float8_e5m2": "f8_e5m2", "complex64": "c64", "complex128": "c128",
}
LONG = {short: long for long, short in SHORT.items()}


def dtype_of(short):
    return jnp.dtype(LONG[short])


class Spec:
    """An array to be: its shape, element type, and how its values are drawn."""

    def __init__(self, shape, dtype, draw):
        self.shape, self.dtype, self.draw = tuple(shape), dtype, draw

    def array(self, seed):
        """The array; the same for the same seed, which is any text."""
        rng = np.random.default_rng(zlib.crc32(seed.encode()))
        drawn = self.draw(rng, self.shape)
        return jnp.asarray(np.asarray(drawn).astype(dtype_of(self.dtype)))

    def batched(self, size, axis=0):
        """The same kind of array with a dimension more."""
        draw = self.draw

        def stacked(rng, shape):
            inner = self.shape
            return np.stack([np.asarray(draw(rng, inner)) for _ in range(size)], axis)

        position = axis if axis >= 0 else axis + len(self.shape) + 1
        return Spec(self.shape[:position] + (size,) + self.shape[position:], self.dtype, stacked)

    def of(self, dtype):
        """The same draws as another type."""
        return Spec(self.shape, dtype, self.draw)

    def special(self):
        """The same draws with special numbers in many places: NaN, infinities, zeros and ties, or the greatest and least integers."""
        few = SPECIAL if self.is_float else extremes(self.dtype)
        draw = self.draw

        def special(rng, shape):
            drawn = np.array(draw(rng, shape), dtype=np.complex128 if self.dtype[0] == "c" else np.float64 if self.is_float else object)
            flat = drawn.reshape(-1)
            # Few elements get the first of the numbers; of many, one in four stays as it is.
            small = flat.size <= len(few)
            start = 0 if small else int(rng.integers(len(few)))
            for i in range(flat.size):
                if small or i % 4 != 3:
                    flat[i] = few[(start + i) % len(few)]
            return drawn

        return Spec(self.shape, self.dtype, special)

    def like(self):
        """Ordinary numbers of this shape and type: a tangent."""
        return normal(*self.shape, dtype=self.dtype)

    @property
    def is_int(self):
        return self.dtype[0] in "iu"

    @property
    def is_float(self):
        return self.dtype[0] in "fbc" and self.dtype != "bool"


def normal(*shape, dtype="f32", scale=1.0, mean=0.0):
    def draw(rng, shape):
        x = rng.standard_normal(shape)
        if dtype.startswith("c"):
            x = x + 1j * rng.standard_normal(shape)
        return x * scale + mean
    return Spec(shape, dtype, draw)


def uniform(low, high, *shape, dtype="f32"):
    def draw(rng, shape):
        return rng.uniform(low, high, shape)
    return Spec(shape, dtype, draw)


def positive(*shape, dtype="f32"):
    return uniform(0.5, 2.0, *shape, dtype=dtype)


def unit(*shape, dtype="f32"):
    return uniform(-0.9, 0.9, *shape, dtype=dtype)


def ints(low, high, *shape, dtype="i32"):
    """Whole numbers from low to high - 1, of any element type: floats so drawn have ties."""
    def draw(rng, shape):
        return rng.integers(low, high, shape)
    return Spec(shape, dtype, draw)


def bools(*shape):
    def draw(rng, shape):
        return rng.integers(0, 2, shape)
    return Spec(shape, "bool", draw)


def values(content, dtype="f32"):
    """Exactly these numbers (each batch element the same numbers, turned round by one)."""
    content = np.asarray(content)
    turn = [0]

    def draw(rng, shape):
        return content
    del turn
    return Spec(content.shape, dtype, draw)


def zeros(*shape, dtype="f32"):
    return values(np.zeros(shape), dtype)


def ones(*shape, dtype="f32"):
    return values(np.ones(shape), dtype)


def spd(n, *batch, dtype="f32"):
    """Symmetric positive definite matrices."""
    def draw(rng, shape):
        a = rng.standard_normal(shape)
        return a @ np.swapaxes(a, -1, -2) + n * np.eye(n)
    return Spec((*batch, n, n), dtype, draw)


def key(seed):
    return values(np.array([0, seed], np.uint32), "u32")


NAN, INF = float("nan"), float("inf")
# Numbers that functions of one number may treat in a special way.
CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1e-30, 1e30, -1e30, INF, -INF, NAN]


SPECIAL = [1.0, NAN, INF, 0.0, 1.0, -INF, -0.0, 2.0]


def extremes(dtype):
    info = np.iinfo(LONG[dtype])
    return [info.max, info.min, 0, info.max, 1]


def corners(dtype="f32"):
    """Special numbers of a floating-point type."""
    return values(np.array(CORNERS), dtype)


def corner_pairs(dtype="f32"):
    """Every pair of a few special numbers, as two operands."""
    few = [0.0, -0.0, 1.0, -1.5, 3.0, INF, -INF, NAN]
    x, y = np.meshgrid(few, few, indexing="ij")
    return values(x.ravel(), dtype), values(y.ravel(), dtype)


def int_pairs(dtype="i32"):
    """Every pair of a few special integers, as two operands."""
    info = np.iinfo(LONG[dtype])
    few = [v for v in [0, 1, -1, 2, 7, -7, info.max, info.min, info.max - 1, 33] if info.min <= v <= info.max]
    x, y = np.meshgrid(np.array(few, LONG[dtype]), np.array(few, LONG[dtype]), indexing="ij")
    return values(x.ravel(), dtype), values(y.ravel(), dtype)
