# jax.scipy.interpolate.
import itertools

import jax.numpy as jnp


class RegularGridInterpolator:
    """Interpolates values on a grid."""

    def __init__(self, points, values, method="linear", bounds_error=False, fill_value=float("nan")):
        self.method = self._known(method)
        if bounds_error:
            raise NotImplementedError("RegularGridInterpolator with bounds_error: a compiled program raises no errors")
        values = jnp.asarray(values)
        if len(points) > values.ndim:
            raise ValueError(f"{len(points)} lists of points for values of {values.ndim} dimensions")
        self.bounds_error = False
        self.values = values if jnp.issubdtype(values.dtype, jnp.inexact) else values.astype(float)
        self.fill_value = None if fill_value is None else jnp.asarray(fill_value)
        self.grid = tuple(jnp.asarray(p) for p in points)

    def _known(self, method):
        if method not in ("linear", "nearest"):
            raise ValueError(f"'method' of RegularGridInterpolator is 'linear' or 'nearest', found {method!r}")
        return method

    def __call__(self, xi, method=None):
        method = self.method if method is None else self._known(method)
        count = len(self.grid)
        if isinstance(xi, tuple) and len(xi) == 1:
            xi = xi[0]
        if isinstance(xi, tuple):
            xi = jnp.stack(jnp.broadcast_arrays(*xi), axis=-1)
        xi = jnp.asarray(xi)
        xi = xi.reshape(-1, count) if xi.ndim == 1 else xi
        if xi.shape[-1] != count:
            raise ValueError(f"places have {xi.shape[-1]} coordinates, the grid has {count}")
        flat = xi.reshape(-1, count)
        cells, shares, outside = [], [], jnp.zeros(flat.shape[0], bool)
        for i, line in enumerate(self.grid):
            x = flat[:, i]
            cell = jnp.clip(jnp.searchsorted(line, x) - 1, 0, line.size - 2)
            cells.append(cell)
            shares.append((x - line[cell]) / (line[cell + 1] - line[cell]))
            outside = outside | (x < line[0]) | (x > line[-1])
        spread = (slice(None),) + (None,) * (self.values.ndim - count)
        if method == "nearest":
            result = self.values[tuple(jnp.where(share <= 0.5, cell, cell + 1) for cell, share in zip(cells, shares))]
        else:
            result = 0.0
            for corner in itertools.product((0, 1), repeat=count):
                weight = 1.0
                for side, share in zip(corner, shares):
                    weight = weight * (share if side else 1 - share)
                result = result + self.values[tuple(c + side for c, side in zip(cells, corner))] * weight[spread]
        if self.fill_value is not None:
            result = jnp.where(outside.reshape((-1,) + (1,) * (result.ndim - 1)), self.fill_value, result)
        return result.reshape(xi.shape[:-1] + self.values.shape[count:])
