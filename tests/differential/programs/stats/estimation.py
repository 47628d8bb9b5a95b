"""Regressions with their own losses, filters, transport, decompositions."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy import stats
from jax.scipy.special import betaln, digamma, gammaln, logsumexp, xlogy


def student_regression(p, x, y):
    """Heavy tails whose width and degrees of freedom are learned."""
    return -jnp.sum(stats.t.logpdf(y, jnp.exp(p["freedom"]), x @ p["w"], jnp.exp(p["scale"])))


#: student_regression({"w": normal(3), "freedom": values(1.0), "scale": values(0.2)}, normal(5, 3), normal(5), tolerance=1e-4, reason="gamma functions of learned arguments")


def negative_binomial(p, x, counts):
    rate, r = jnp.exp(x @ p["w"]), jnp.exp(p["r"])
    return -jnp.sum(gammaln(counts + r) - gammaln(r) - gammaln(counts + 1) + r * jnp.log(r / (r + rate)) + xlogy(counts, rate / (r + rate)))


#: negative_binomial({"w": normal(3, scale=0.3), "r": values(0.5)}, normal(5, 3), ints(0, 6, 5, dtype="f32"), tolerance=1e-4, reason="gamma functions of learned arguments")


def dirichlet_multinomial(alpha, counts):
    n, a = jnp.sum(counts, axis=-1), jnp.sum(alpha)
    return jnp.sum(gammaln(a) - gammaln(n + a) + jnp.sum(gammaln(counts + alpha) - gammaln(alpha), axis=-1))


#: dirichlet_multinomial(positive(3), ints(0, 5, 4, 3, dtype="f32"), tolerance=1e-4, reason="gamma functions of learned arguments")


def beta_divergence(a, b, c, d):
    """The divergence of one beta distribution from another."""
    return betaln(c, d) - betaln(a, b) + (a - c) * digamma(a) + (b - d) * digamma(b) + (c - a + d - b) * digamma(a + b)


#: beta_divergence(positive(3), positive(3), positive(3), positive(3), tolerance=1e-4, reason="gamma functions of learned arguments")


def quantile_loss(w, x, y):
    """Three quantiles at once."""
    levels = jnp.array([0.1, 0.5, 0.9])
    gap = y[:, None] - x @ w
    return jnp.mean(jnp.maximum(levels * gap, (levels - 1) * gap))


#: quantile_loss(normal(3, 3), normal(6, 3), normal(6))


def huber(w, x, y):
    gap = jnp.abs(x @ w - y)
    return jnp.mean(jnp.where(gap < 1.0, 0.5 * gap**2, gap - 0.5))


#: huber(normal(3), normal(6, 3), normal(6, scale=3.0))


def focal(w, x, labels):
    log_p = jax.nn.log_softmax(x @ w)[jnp.arange(x.shape[0]), labels]
    return -jnp.mean((1 - jnp.exp(log_p)) ** 2 * log_p)


#: focal(normal(3, 4), normal(5, 3), ints(0, 4, 5))


def ordinal(w, cuts, x, grades):
    """Ordered grades cut a line."""
    cuts = jnp.concatenate([cuts[:1], cuts[:1] + jnp.cumsum(jnp.exp(cuts[1:]))])
    below = jax.nn.sigmoid(jnp.concatenate([cuts, jnp.array([20.0])]) - (x @ w)[:, None])
    p = jnp.diff(below, axis=1, prepend=0.0)
    return -jnp.mean(jnp.log(p[jnp.arange(x.shape[0]), grades] + 1e-6))


#: ordinal(normal(3), normal(2), normal(5, 3), ints(0, 3, 5))


def cox(w, x, times, seen):
    """The partial likelihood of survival: each death among those still alive."""
    order = jnp.argsort(-times)
    risk = (x @ w)[order]
    alive = lax.cumlogsumexp(risk)
    return -jnp.sum(jnp.where(seen[order], risk - alive, 0.0))


#: cox(normal(3), normal(6, 3), positive(6), bools(6))


def ranking(scores, relevance):
    """The likelihood of the order by relevance, item after item."""
    ordered = scores[jnp.argsort(-relevance)]
    remaining = lax.cumlogsumexp(ordered, reverse=True)
    return jnp.sum(remaining - ordered)


#: ranking(normal(6), normal(6))


def soft_ranks(x):
    return 0.5 + jnp.sum(jax.nn.sigmoid((x[None, :] - x[:, None]) / 0.1), axis=1)


#: soft_ranks(normal(5))


def sorted_distance(a, b):
    """Transport between samples on a line."""
    return jnp.mean(jnp.abs(jnp.sort(a) - jnp.sort(b)))


#: sorted_distance(normal(6), normal(6))


def sinkhorn(a, b):
    """Smoothed transport in the plane, by alternating scalings of logarithms."""
    cost = jnp.sum((a[:, None] - b[None]) ** 2, axis=-1)

    def step(state, _):
        f, g = state
        f = -0.5 * logsumexp((g[None, :] - cost) / 0.5 - jnp.log(b.shape[0]), axis=1)
        g = -0.5 * logsumexp((f[:, None] - cost) / 0.5 - jnp.log(a.shape[0]), axis=0)
        return (f, g), jnp.mean(f) + jnp.mean(g)

    (f, g), trace = lax.scan(step, (jnp.zeros(a.shape[0]), jnp.zeros(b.shape[0])), None, length=5)
    return jnp.sum(jnp.exp((f[:, None] + g[None, :] - cost) / 0.5) * cost) / (a.shape[0] * b.shape[0]), trace


#: sinkhorn(unit(4, 2), unit(5, 2))


def kalman_filter(a, c, q, r, observations):
    """Several states, filtered; the likelihood of what was seen."""
    n = a.shape[0]

    def step(state, y):
        mean, p = state
        mean, p = a @ mean, a @ p @ a.T + q
        s = c @ p @ c.T + r
        gain = jnp.linalg.solve(s, c @ p).T
        gap = y - c @ mean
        score = -0.5 * (gap @ jnp.linalg.solve(s, gap) + jnp.linalg.slogdet(s)[1] + gap.shape[0] * jnp.log(2 * jnp.pi))
        return (mean + gain @ gap, p - gain @ c @ p), score

    (mean, p), scores = lax.scan(step, (jnp.zeros(n), jnp.eye(n)), observations)
    return mean, p, jnp.sum(scores)


#: kalman_filter(normal(2, 2, scale=0.5), normal(2, 2), spd(2), spd(2), normal(4, 2), tolerance=5e-4, reason="linear systems one after the other")


def extended_kalman(mean, p, y):
    """The filter of a function that is not linear, along its tangents."""
    move = lambda s: jnp.stack([s[0] + 0.1 * s[1], s[1] - 0.1 * jnp.sin(s[0])])
    see = lambda s: jnp.sin(s[:1]) + s[1:] ** 2
    f = jax.jacfwd(move)(mean)
    mean, p = move(mean), f @ p @ f.T + 0.1 * jnp.eye(2)
    h = jax.jacfwd(see)(mean)
    gain = p @ h.T / (h @ p @ h.T + 0.5)
    return mean + gain @ (y - see(mean)), (jnp.eye(2) - gain @ h) @ p


#: extended_kalman(normal(2), spd(2), normal(1))


def particle_filter(key, observations):
    def step(particles, inputs):
        key, y = inputs
        move, choose = jax.random.split(key)
        particles = 0.9 * particles + jax.random.normal(move, particles.shape)
        log_weights = -0.5 * (y - particles) ** 2
        which = jax.random.categorical(choose, log_weights, shape=particles.shape)
        return particles[which], logsumexp(log_weights)

    return lax.scan(step, jnp.zeros(6), (jax.random.split(key, 4), observations))


#: particle_filter(key(12), normal(4))


def volatility(p, returns):
    """GARCH: today's variance from yesterday's."""
    def step(variance, r):
        score = -0.5 * (jnp.log(variance) + r**2 / variance)
        return jnp.exp(p[0]) + jax.nn.sigmoid(p[1]) * r**2 + jax.nn.sigmoid(p[2]) * variance, score

    return -jnp.sum(lax.scan(step, jnp.var(returns), returns)[1])


#: volatility(normal(3), normal(8))


def autoregression(w, series):
    windows = jnp.stack([series[i : i + 3] for i in range(series.shape[0] - 3)])
    return jnp.mean((windows @ w - series[3:]) ** 2)


#: autoregression(normal(3), normal(9))


def exponential_smoothing(p, series):
    level, trend = jax.nn.sigmoid(p[0]), jax.nn.sigmoid(p[1])

    def step(state, y):
        l, b = state
        guess = l + b
        fresh = guess + level * (y - guess)
        return (fresh, b + trend * (fresh - l - b)), (y - guess) ** 2

    return jnp.mean(lax.scan(step, (series[0], 0.0), series[1:])[1])


#: exponential_smoothing(normal(2), normal(8))


def whitening(x):
    """Decorrelated features, by the eigenvectors of the covariance."""
    centred = x - jnp.mean(x, axis=0)
    covariance = centred.T @ centred / x.shape[0] + 0.1 * jnp.eye(x.shape[1])
    values, vectors = jnp.linalg.eigh(covariance)
    return centred @ (vectors * lax.rsqrt(values)) @ vectors.T


#: whitening(normal(6, 3), tolerance=5e-4, reason="derivatives of eigenvectors divide by gaps between eigenvalues")


def low_rank(x):
    """The best approximation of rank two, and how good it is."""
    u, s, vt = jnp.linalg.svd(x, full_matrices=False)
    near = (u[:, :2] * s[:2]) @ vt[:2]
    return near, jnp.sum(s[2:] ** 2) / jnp.sum(s**2)


#: low_rank(normal(4, 3), tolerance=1e-3, reason="derivatives of singular vectors divide by gaps between singular values")


def principal_variance(x):
    return jnp.linalg.eigvalsh(jnp.cov(x.T))[::-1]


#: principal_variance(normal(6, 3), tolerance=2e-4, reason="eigenvalues")


def ridge(x, y, strength):
    gram = x.T @ x + jnp.exp(strength) * jnp.eye(x.shape[1])
    factor = jax.scipy.linalg.cho_factor(gram)
    return jax.scipy.linalg.cho_solve(factor, x.T @ y)


#: ridge(normal(6, 3), normal(6), values(0.3), tolerance=2e-4, reason="a linear system")


def process_prediction(p, x, y, at):
    """Means and variances of a Gaussian process elsewhere."""
    kernel = lambda a, b: jnp.exp(p["height"] - jnp.abs(a[:, None] - b[None]) ** 2 * jnp.exp(p["length"]))
    factor = jnp.linalg.cholesky(kernel(x, x) + 0.2 * jnp.eye(x.shape[0]))
    half = jax.scipy.linalg.solve_triangular(factor, kernel(x, at), lower=True)
    white = jax.scipy.linalg.solve_triangular(factor, y, lower=True)
    return half.T @ white, jnp.exp(p["height"]) - jnp.sum(half**2, axis=0)


#: process_prediction({"height": values(0.2), "length": values(0.1)}, normal(5), normal(5), normal(3), tolerance=5e-4, reason="triangular systems")


def sparse_coding(dictionary, x):
    """Shrinking steps towards a sparse code."""
    def step(z, _):
        z = z - 0.1 * dictionary.T @ (dictionary @ z - x)
        return jnp.sign(z) * jnp.maximum(jnp.abs(z) - 0.05, 0.0), jnp.sum(jnp.abs(z))

    return lax.scan(step, jnp.zeros(dictionary.shape[1]), None, length=5)


#: sparse_coding(normal(3, 5), normal(3))


def factorised(u, v):
    """Multiplicative updates that keep the factors positive."""
    target = jnp.abs(u @ v) + 0.1

    def step(state, _):
        a, b = state
        a = a * (target @ b.T) / (a @ b @ b.T + 1e-6)
        b = b * (a.T @ target) / (a.T @ a @ b + 1e-6)
        return (a, b), jnp.sum((target - a @ b) ** 2)

    return lax.scan(step, (jnp.abs(u) + 0.5, jnp.abs(v) + 0.5), None, length=3)


#: factorised(normal(4, 2), normal(2, 3))


def expectation_maximisation(x, means):
    def step(means, _):
        weights = jax.nn.softmax(-0.5 * (x[:, None] - means[None]) ** 2, axis=1)
        return (weights.T @ x) / jnp.sum(weights, axis=0), jnp.sum(logsumexp(-0.5 * (x[:, None] - means[None]) ** 2, axis=1))

    return lax.scan(step, means, None, length=4)


#: expectation_maximisation(normal(8), normal(3))


def hamiltonian_monte_carlo(key, q):
    """One proposal by leapfrog, accepted or not."""
    energy = lambda q: 0.5 * jnp.sum(q**2) + jnp.sum(jnp.cos(q))
    momentum, accept = jax.random.split(key)
    p = jax.random.normal(momentum, q.shape)

    def step(state, _):
        q, p = state
        p = p - 0.05 * jax.grad(energy)(q)
        q = q + 0.1 * p
        return (q, p - 0.05 * jax.grad(energy)(q)), None

    fresh, end = lax.scan(step, (q, p), None, length=5)[0]
    change = energy(q) + 0.5 * p @ p - energy(fresh) - 0.5 * end @ end
    return jnp.where(jnp.log(jax.random.uniform(accept)) < change, fresh, q), change


#: hamiltonian_monte_carlo(key(13), normal(3))


def evidence_bound(p, key, x, y):
    """A Bayesian regression by sampled weights."""
    noise = jax.random.normal(key, (3, x.shape[1]))

    def bound(noise):
        w = p["mean"] + jnp.exp(p["scale"]) * noise
        return jnp.sum(stats.norm.logpdf(y, x @ w, 0.5)) + jnp.sum(stats.norm.logpdf(w)) - jnp.sum(stats.norm.logpdf(w, p["mean"], jnp.exp(p["scale"])))

    return jnp.mean(jax.vmap(bound)(noise))


#: evidence_bound({"mean": normal(3), "scale": normal(3, scale=0.2)}, key(14), normal(5, 3), normal(5))


def segment_losses(x, groups):
    """Means and spreads of groups, and the worst of each."""
    count = jax.ops.segment_sum(jnp.ones_like(x), groups, 3)
    mean = jax.ops.segment_sum(x, groups, 3) / jnp.maximum(count, 1.0)
    spread = jax.ops.segment_sum((x - mean[groups]) ** 2, groups, 3)
    return mean, spread, jax.ops.segment_max(x, groups, 3), jax.ops.segment_min(x, groups, 3)


#: segment_losses(normal(8), values([0, 1, 2, 0, 1, 2, 0, 0], "i32"))


def histogram_loss(x):
    """Soft counts in bins."""
    centres = jnp.linspace(-2.0, 2.0, 5)
    counts = jnp.sum(jax.nn.softmax(-4.0 * (x[:, None] - centres) ** 2, axis=1), axis=0)
    return jnp.sum(xlogy(counts, counts / x.shape[0]))


#: histogram_loss(normal(8))
