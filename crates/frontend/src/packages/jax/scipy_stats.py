# jax.scipy.stats: densities from samples.
import math

import jax
import jax.numpy as jnp


@jax.tree_util.register_pytree_node_class
class gaussian_kde:
    """A density made of a bell at each sample."""

    def __init__(self, dataset, bw_method=None, weights=None):
        data = jnp.atleast_2d(dataset)
        if jnp.iscomplexobj(data):
            raise NotImplementedError("gaussian_kde is for real samples")
        if data.size <= 1:
            raise ValueError("gaussian_kde needs several samples")
        data = data.astype(jnp.result_type(data, 0.0))
        d, n = data.shape
        if weights is None:
            weights = jnp.full(n, 1.0 / n, dtype=data.dtype)
        else:
            weights = jnp.atleast_1d(weights).astype(data.dtype)
            if weights.shape != (n,):
                raise ValueError(f"gaussian_kde needs {n} weights, found the shape {weights.shape}")
            weights = weights / jnp.sum(weights)
        self.dataset, self.weights, self.neff = data, weights, 1 / jnp.sum(weights**2)
        if bw_method in (None, "scott"):
            factor = self.neff ** (-1.0 / (d + 4))
        elif isinstance(bw_method, str) and bw_method == "silverman":
            factor = (self.neff * (d + 2) / 4.0) ** (-1.0 / (d + 4))
        elif callable(bw_method):
            factor = bw_method(self)
        elif not isinstance(bw_method, str) and jnp.ndim(bw_method) == 0:
            factor = bw_method
        else:
            raise ValueError("'bw_method' of gaussian_kde is 'scott', 'silverman', a number or a function")
        centred = data - jnp.sum(data * weights, axis=1, keepdims=True)
        covariance = (centred * weights) @ centred.T / (1 - jnp.sum(weights**2))
        self.covariance, self.inv_cov = covariance * factor**2, jnp.linalg.inv(covariance) / factor**2

    def tree_flatten(self):
        return (self.neff, self.dataset, self.weights, self.covariance, self.inv_cov), None

    @classmethod
    def tree_unflatten(cls, _, children):
        made = object.__new__(cls)
        made.neff, made.dataset, made.weights, made.covariance, made.inv_cov = children
        return made

    @property
    def d(self):
        return self.dataset.shape[0]

    @property
    def n(self):
        return self.dataset.shape[1]

    def _points(self, points):
        points = jnp.atleast_2d(points)
        if points.shape[0] == self.d:
            return points
        if points.shape != (1, self.d):
            raise ValueError(f"points of {points.shape[0]} dimensions for samples of {self.d}")
        return points.reshape(self.d, 1)

    def logpdf(self, x):
        """The logarithm of the density."""
        whitening = jnp.linalg.cholesky(self.inv_cov)
        samples, places = self.dataset.T @ whitening, self._points(x).T @ whitening
        log_norm = jnp.sum(jnp.log(jnp.diag(whitening))) - 0.5 * self.d * math.log(2 * math.pi)
        exponents = log_norm - 0.5 * jnp.sum(jnp.square(places[:, None] - samples[None]), axis=-1)
        return jax.nn.logsumexp(exponents + jnp.log(self.weights), axis=1)

    def evaluate(self, points):
        """The density."""
        return jnp.exp(self.logpdf(points))

    pdf = evaluate
    __call__ = evaluate

    def _convolved(self, covariance, mean):
        factor = jax.scipy.linalg.cho_factor(self.covariance + covariance)
        norm = math.sqrt(2 * math.pi) ** self.d * jnp.prod(jnp.diag(factor[0]))
        difference = self.dataset - mean[:, None]
        distance = jnp.sum(difference * jax.scipy.linalg.cho_solve(factor, difference), axis=0)
        return jnp.sum(jnp.exp(-0.5 * distance) * self.weights) / norm

    def integrate_gaussian(self, mean, cov):
        """The integral of the density times a bell."""
        mean, cov = jnp.atleast_1d(jnp.squeeze(mean)), jnp.atleast_2d(cov)
        if mean.shape != (self.d,) or cov.shape != (self.d, self.d):
            raise ValueError(f"a bell in {self.d} dimensions is needed, found {mean.shape} and {cov.shape}")
        return self._convolved(cov, mean)

    def integrate_box_1d(self, low, high):
        """The integral of the density between two numbers."""
        if self.d != 1:
            raise ValueError(f"integrate_box_1d() is for one dimension, the samples have {self.d}")
        sigma = jnp.squeeze(jnp.sqrt(self.covariance))
        below = lambda x: jax.scipy.special.ndtr((x - self.dataset[0]) / sigma)
        return jnp.sum(self.weights * (below(high) - below(low)))

    def integrate_kde(self, other):
        """The integral of the product of two densities."""
        if other.d != self.d:
            raise ValueError(f"densities in {self.d} and {other.d} dimensions")
        parts = jax.vmap(lambda mean: self._convolved(other.covariance, mean), in_axes=1)(other.dataset)
        return jnp.sum(parts * other.weights)

    def resample(self, key, shape=()):
        """Samples of the density."""
        which, noise = jax.random.split(key)
        chosen = jax.random.choice(which, self.n, shape=shape, p=self.weights)
        zeros = jnp.zeros(self.d, self.covariance.dtype)
        bells = jax.random.multivariate_normal(noise, zeros, self.covariance, shape=shape, dtype=self.dataset.dtype)
        return self.dataset[:, chosen] + bells.T
