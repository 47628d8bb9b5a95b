"""Log-likelihoods and what is done with them."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import gammaln, logsumexp


def gaussian(params, x):
    mean, log_scale = params
    z = (x - mean) * jnp.exp(-log_scale)
    return -0.5 * z**2 - log_scale - 0.5 * jnp.log(2 * jnp.pi)


def gaussian_score(params, x):
    return jax.grad(lambda p: jnp.sum(gaussian(p, x)))(params)


#: gaussian((normal(), normal()), normal(5))
#: gaussian_score((normal(), normal()), normal(5))


def fisher_information(params, x):
    return jax.hessian(lambda p: -jnp.mean(gaussian((p[0], p[1]), x)))(params)


#: fisher_information(normal(2), normal(6))


def poisson(log_rate, counts):
    return jnp.sum(counts * log_rate - jnp.exp(log_rate) - gammaln(counts + 1.0))


def poisson_regression(w, x, counts):
    return jax.value_and_grad(lambda w: poisson(x @ w, counts))(w)


#: poisson_regression(normal(3, scale=0.5), normal(6, 3), ints(0, 5, 6, dtype="f32"))


def newton_step(w, x, y):
    """One step of iteratively reweighted least squares for logistic regression."""
    loss = lambda w: jnp.sum(jnp.logaddexp(0.0, x @ w) - y * (x @ w)) + 0.5 * w @ w
    return w - jnp.linalg.solve(jax.hessian(loss)(w), jax.grad(loss)(w))


#: newton_step(normal(3), normal(8, 3), ints(0, 2, 8, dtype="f32"), tolerance=1e-4, reason="a linear system")


def logistic_hvp(w, v, x, y):
    loss = lambda w: jnp.mean(jnp.logaddexp(0.0, x @ w) - y * (x @ w))
    forward_over_reverse = jax.jvp(jax.grad(loss), (w,), (v,))[1]
    reverse_over_reverse = jax.grad(lambda w: jax.grad(loss)(w) @ v)(w)
    return forward_over_reverse, reverse_over_reverse


#: logistic_hvp(normal(3), normal(3), normal(8, 3), ints(0, 2, 8, dtype="f32"))


def mixture(params, x):
    logits, means, log_scales = params
    parts = jax.nn.log_softmax(logits) + gaussian((means, log_scales), x[:, None])
    return jnp.sum(logsumexp(parts, axis=1))


def mixture_gradient(params, x):
    return jax.value_and_grad(mixture)(params, x)


def responsibilities(params, x):
    logits, means, log_scales = params
    return jax.nn.softmax(jax.nn.log_softmax(logits) + gaussian((means, log_scales), x[:, None]), axis=1)


#: mixture_gradient((normal(3), normal(3), normal(3, scale=0.3)), normal(7))
#: responsibilities((normal(3), normal(3), normal(3, scale=0.3)), normal(7))


def gaussian_process(log_length, x, y):
    """The log marginal likelihood of a Gaussian process."""
    distance = (x[:, None] - x[None, :]) ** 2
    kernel = jnp.exp(-0.5 * distance * jnp.exp(-2 * log_length)) + 0.1 * jnp.eye(x.shape[0])
    factor = jnp.linalg.cholesky(kernel)
    white = jax.scipy.linalg.solve_triangular(factor, y, lower=True)
    return -0.5 * white @ white - jnp.sum(jnp.log(jnp.diag(factor)))


def gaussian_process_gradient(log_length, x, y):
    return jax.value_and_grad(gaussian_process)(log_length, x, y)


#: gaussian_process_gradient(values(0.1), normal(5), normal(5), tolerance=1e-4, reason="a triangular system")


def multivariate(mean, factor, x):
    white = jax.scipy.linalg.solve_triangular(factor, (x - mean).T, lower=True)
    return -0.5 * jnp.sum(white**2, axis=0) - jnp.sum(jnp.log(jnp.abs(jnp.diag(factor))))


#: multivariate(normal(3), spd(3), normal(4, 3))


def kalman(a, q, r, observations):
    def step(state, y):
        mean, variance = state
        mean, variance = a * mean, a * a * variance + q
        gain = variance / (variance + r)
        innovation = y - mean
        likelihood = -0.5 * (innovation**2 / (variance + r) + jnp.log(variance + r))
        return (mean + gain * innovation, (1 - gain) * variance), likelihood

    return jnp.sum(lax.scan(step, (0.0, 1.0), observations)[1])


def kalman_gradient(a, q, r, observations):
    return jax.value_and_grad(kalman, argnums=(0, 1, 2))(a, q, r, observations)


#: kalman_gradient(uniform(0.5, 0.9), positive(), positive(), normal(6))


def metropolis(key, x):
    """A few steps of random-walk Metropolis on a double well."""
    energy = lambda x: (x**2 - 1) ** 2

    def step(x, key):
        propose, accept = jax.random.split(key)
        candidate = x + 0.5 * jax.random.normal(propose)
        better = jnp.log(jax.random.uniform(accept)) < energy(x) - energy(candidate)
        x = jnp.where(better, candidate, x)
        return x, x

    return lax.scan(step, x, jax.random.split(key, 10))


#: metropolis(key(5), normal())


def reparameterised(params, key):
    mean, log_scale = params
    sample = lambda key: mean + jnp.exp(log_scale) * jax.random.normal(key, mean.shape)
    return jnp.mean(jax.vmap(lambda k: jnp.sum(jnp.sin(sample(k))))(jax.random.split(key, 4)))


#: reparameterised((normal(3), normal(3, scale=0.3)), key(9))


def bootstrap(key, x):
    rows = jax.random.randint(key, (5, x.shape[0]), 0, x.shape[0])
    return jnp.mean(x[rows], axis=1)


#: bootstrap(key(2), normal(6))


def softmax_jacobian(x):
    return jax.jacfwd(jax.nn.softmax)(x), jax.jacrev(jax.nn.softmax)(x)


#: softmax_jacobian(normal(4))


def beta_log_density(a, b, x):
    normaliser = gammaln(a + b) - gammaln(a) - gammaln(b)
    return jnp.sum((a - 1) * jnp.log(x) + (b - 1) * jnp.log1p(-x) + normaliser)


def beta_gradient(a, b, x):
    return jax.grad(beta_log_density, argnums=(0, 1))(a, b, x)


#: beta_gradient(positive(), positive(), uniform(0.1, 0.9, 5))


def covariance(x):
    centred = x - jnp.mean(x, axis=0)
    return centred.T @ centred / (x.shape[0] - 1), jnp.corrcoef(x.T)


#: covariance(normal(6, 3))


def quantiles(x):
    return jnp.quantile(x, jnp.array([0.1, 0.5, 0.9])), jnp.percentile(x, 25.0)


#: quantiles(normal(9))


def ctc_like(logits, target):
    """The log probability of a target by the alignment recursion."""
    log_probs = jax.nn.log_softmax(logits)
    emissions = log_probs[:, target]
    start = jnp.full(target.shape[0], -jnp.inf).at[0].set(emissions[0, 0])

    def step(alpha, emission):
        moved = jnp.concatenate([jnp.array([-jnp.inf]), alpha[:-1]])
        return jnp.logaddexp(alpha, moved) + emission, None

    return lax.scan(step, start, emissions[1:])[0][-1]


#: ctc_like(normal(6, 4), values([0, 2, 1], "i32"))


def ctc_gradient(logits, target):
    return jax.grad(ctc_like)(logits, target)


#: ctc_gradient(normal(6, 4), values([0, 2, 1], "i32"))
