"""Deterministic numbers: the weight formula that Rust can repeat bit for bit, and the inputs and targets."""

import math
import pathlib
import re
import zlib

import numpy as np

CORNERS = np.array(
    [-1e4, -100, -88, -20, -8, -4, -3, -2.5, -1, -0.5, -1e-4, -0.0, 0.0, 1e-4, 0.5, 1, 2.5, 3, 6, 6.5, 20, 88, 100, 1e4],
    np.float32,
)
"""Where activations bend, saturate or overflow."""


def hashed_uniform(index: int, size: int) -> np.ndarray:
    """`size` float64 values in [-1, 1) for the variable number `index`; exact multiples of 2**-23.

    Element j hashes the 32-bit word j + 0x9E3779B9*(index + 1) with the two-round xorshift-multiply mix below and keeps
    the upper 24 bits. All arithmetic is modulo 2**32.
    """
    x = np.arange(size, dtype=np.uint32) + np.uint32((0x9E3779B9 * (index + 1)) & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) * 2.0**-23 - 1.0


def formula_weight(index: int, name: str, shape: tuple) -> np.ndarray:
    """The float32 value of weight `index` (its place in `model.weights`) whose path ends in `name`.

    Computed in float64 and rounded once. The scale by name keeps activations of deep models near one.
    """
    u = hashed_uniform(index, math.prod(shape)).reshape(shape)
    if name == "moving_variance":
        value = 1.0 + 0.5 * u
    elif name in ("gamma", "scale"):
        value = 1.0 + 0.25 * u
    elif name in ("bias", "beta", "moving_mean", "alpha"):
        value = 0.25 * u
    elif name == "embeddings" or len(shape) < 2:
        value = u
    else:
        value = u * math.sqrt(3.0 / max(1, math.prod(shape[:-1])))
    return value.astype(np.float32)


REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
_INPUT_INDEX = 1000


def split_kind(kind: str) -> tuple[str, list]:
    """A value kind's name and arguments: `uniform(0,1)` is `("uniform", ["0", "1"])`."""
    match = re.fullmatch(r"(\w+)(?:\(([^()]*)\))?", kind)
    if not match:
        raise ValueError(f"bad value kind {kind!r}")
    return match[1], match[2].split(",") if match[2] else []


def unstored(kind: str, shape: tuple, dtype: str, index: int) -> tuple[np.ndarray, dict] | None:
    """Array number `index` and its `source` entry, for the kinds that a test can obtain without a stored copy.

    `formula(low,high)`: the hash of `hashed_uniform` for the variable number 1000 + index, scaled to [low, high).
    `npz(file,key)`: the first rows of an array in an archive of the repository.
    """
    name, args = split_kind(kind)
    if name == "formula":
        low, high = float(args[0]), float(args[1])
        u = hashed_uniform(_INPUT_INDEX + index, math.prod(shape)).reshape(shape)
        array = (low + (high - low) * (u + 1.0) / 2.0).astype(dtype)
        return array, {"kind": "formula", "index": _INPUT_INDEX + index, "low": low, "high": high}
    if name == "npz":
        with np.load(REPOSITORY / args[0]) as archive:
            array = archive[args[1]][: shape[0]]
        return array.reshape(shape).astype(dtype), {"kind": "npz", "file": args[0], "key": args[1]}
    return None


class Source:
    """Draws a case's data; the seed is the CRC-32 of the case's name, so cases do not depend on one another."""

    def __init__(self, name: str):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def draw(self, kind: str, shape: tuple, dtype: str) -> np.ndarray:
        """An array of the value kind `kind` (see the table in README.md)."""
        name, args = split_kind(kind)
        return getattr(self, "_" + name)(shape, *map(float, args)).astype(dtype)

    def _normal(self, shape, scale=1.0):
        return self.rng.standard_normal(shape) * scale

    def _uniform(self, shape, low=0.0, high=1.0):
        return self.rng.uniform(low, high, shape)

    def _int(self, shape, high):
        return self.rng.integers(0, int(high), shape)

    def _bool(self, shape):
        """Random, but the first of the last axis is always true, so that a mask never hides a whole row."""
        mask = self.rng.integers(0, 2, shape)
        mask[..., 0] = 1
        return mask

    def _corner(self, shape):
        """Every row holds all the corner values; the last axis must have their number."""
        return np.broadcast_to(CORNERS, shape)

    def _quarters(self, shape, span=2.0):
        """Multiples of a quarter: ties and exact zeros happen."""
        return np.round(self.rng.uniform(-span, span, shape) * 4) / 4

    def _onehot(self, shape):
        return np.eye(shape[-1])[self.rng.integers(0, shape[-1], shape[:-1])]

    def _simplex(self, shape):
        raw = self.rng.uniform(0.05, 1.0, shape)
        return raw / raw.sum(axis=-1, keepdims=True)
