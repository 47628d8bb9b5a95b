"""Samplers of jax.random."""
import jax
import jax.numpy as jnp
from jax import random
from jax.random import PRNGKey, key, split

data = random.key_data
KEYS = split(key(50), 3)
FIRST, *OTHERS = KEYS


def unpacked():
    k1, k2 = split(key(3))
    a, b, c = split(k1, 3)
    return random.normal(k2, (3,)), data(b), data(c), random.uniform(a)


def typed():
    keys = split(key(7), (2, 3))
    assert keys.shape == (2, 3) and keys.ndim == 2 and keys.size == 6
    assert str(keys.dtype) == "key<fry>"
    assert key(0).shape == ()
    assert len(keys) == 2
    return data(keys), data(keys[1]), data(keys[0, 2]), data(keys[:, 1]), data(keys.reshape(6)), [random.bits(k) for k in keys[1]]


def raw():
    keys = split(PRNGKey(7), 4)
    assert keys.shape == (4, 2)
    return keys, random.normal(keys[2], (2, 2)), data(random.wrap_key_data(keys[1])), random.uniform(random.wrap_key_data(keys[3]), (2,))


cases = {
    "keys": lambda: [data(key(s)) for s in (0, 1, 42, -1, 2**31, 4294967296 + 5)] + [PRNGKey(9), data(key(jnp.array(5))), data(key(jnp.array(7, dtype="uint32")))],
    "unpacked": unpacked,
    "typed": typed,
    "raw": raw,
    "constant": lambda: [data(KEYS), random.normal(FIRST, (2,)), data(OTHERS[1]), random.uniform(KEYS[1])],
    "fold_in": lambda: [data(random.fold_in(key(0), i)) for i in (0, 1, 77, 4294967295)] + [random.fold_in(PRNGKey(3), jnp.array(12))],
    "clone": lambda: data(random.clone(key(5))),
    "bits": lambda: [random.bits(key(0), s, d) for s in ((), (5,), (2, 3)) for d in ("uint8", "uint16", "uint32")],
    "uniform": lambda: [random.uniform(key(1), s) for s in ((), (1,), (7,), (2, 3, 2), (0, 3))],
    "uniform_bounds": lambda: [random.uniform(key(2), (6,), minval=-2.0, maxval=3.5), random.uniform(key(2), (3, 2), minval=jnp.array([[1.0], [2.0], [3.0]]), maxval=5), random.uniform(key(3), (4,), jnp.float32, 0, 10)],
    "uniform_half": lambda: [random.uniform(key(4), (9,), d) for d in (jnp.float16, jnp.bfloat16)] + [random.uniform(key(4), (9,), d, -3, 7) for d in (jnp.float16, jnp.bfloat16)],
    "normal": lambda: [random.normal(key(5), s) for s in ((), (4,), (3, 5))],
    "normal_half": lambda: [random.normal(key(6), (8,), d) for d in (jnp.float16, jnp.bfloat16)],
    "truncated_normal": lambda: [random.truncated_normal(key(7), -2.0, 2.0, (6,)), random.truncated_normal(key(7), jnp.array([0.0, -1.0]), 1.0), random.truncated_normal(key(8), -1, 1, (2, 3))],
    "truncated_normal_half": lambda: [random.truncated_normal(key(7), -2.0, 2.0, (6,), d) for d in (jnp.float16, jnp.bfloat16)],
    "bernoulli": lambda: [random.bernoulli(key(9)), random.bernoulli(key(9), 0.3, (10,)), random.bernoulli(key(9), jnp.array([0.1, 0.9]), (4, 2)), random.bernoulli(key(9), 0.3, (10,), mode="high")],
    "randint": lambda: [random.randint(key(10), (8,), 0, 10), random.randint(key(10), (), -5, 5), random.randint(key(11), (5,), jnp.array([0, 10, 20, 30, 40]), 50), random.randint(key(11), (4,), -2**31, 2**31 - 1), random.randint(key(12), (3,), 7, 7)],
    "randint_types": lambda: [random.randint(key(13), (6,), 0, 100, d) for d in ("int8", "int16", "uint8", "uint16", "uint32")] + [random.randint(key(13), (6,), 0, 256, "uint8"), random.randint(key(13), (6,), -128, 128, "int8")],
    "permutation": lambda: [random.permutation(key(14), 10), random.permutation(key(14), jnp.arange(12).reshape(4, 3)), random.permutation(key(14), jnp.arange(12).reshape(4, 3), axis=1), random.permutation(key(14), jnp.arange(12).reshape(3, 4), 1, independent=True), random.permutation(key(15), 2000)[:20]],
    "choice": lambda: [random.choice(key(16), 10, (5,)), random.choice(key(16), jnp.array([5, 7, 9, 11]), (2, 3)), random.choice(key(17), 10, (4,), replace=False), random.choice(key(17), jnp.arange(12.0).reshape(4, 3), (2,), axis=1, replace=False), random.choice(key(17), jnp.arange(12.0).reshape(4, 3), (2, 2), axis=1)],
    "choice_weights": lambda: [random.choice(key(18), 4, (9,), p=jnp.array([0.1, 0.2, 0.3, 0.4])), random.choice(key(18), jnp.array([3.0, 1.0, 2.0]), (2, 4), p=jnp.array([0.5, 0.25, 0.25])), random.choice(key(19), 5, (3,), replace=False, p=jnp.array([0.1, 0.2, 0.3, 0.2, 0.2])), random.choice(key(19), 3)],
    "categorical": lambda: [random.categorical(key(20), jnp.array([[0.1, 2.0, -1.0], [1.0, 1.0, 1.0]])), random.categorical(key(20), jnp.array([[0.1, 2.0, -1.0], [1.0, 1.0, 1.0]]), axis=0), random.categorical(key(21), jnp.array([[0.1, 2.0, -1.0], [1.0, 1.0, 1.0]]), shape=(4, 2)), random.categorical(key(21), jnp.zeros((3, 4)), axis=0, shape=(5, 4)), random.categorical(key(21), jnp.zeros((2, 4)), shape=(3, 2), replace=False)],
    "gumbel": lambda: [random.gumbel(key(22), (6,)), random.gumbel(key(22), (2, 2), mode="high"), random.gumbel(key(22), (5,), jnp.bfloat16)],
    "exponential": lambda: [random.exponential(key(23), (6,)), random.exponential(key(23))],
    "laplace": lambda: random.laplace(key(24), (6,)),
    "logistic": lambda: random.logistic(key(25), (6,)),
    "cauchy": lambda: random.cauchy(key(26), (6,)),
    "gamma": lambda: [random.gamma(key(27), 2.5, (6,)), random.gamma(key(27), 0.4, (6,)), random.gamma(key(28), jnp.array([0.1, 1.0, 5.0, 50.0])), random.gamma(key(28), 3), random.loggamma(key(29), jnp.array([0.01, 0.5, 2.0]))],
    "beta": lambda: [random.beta(key(30), 2.0, 3.0, (5,)), random.beta(key(30), jnp.array([0.5, 1.0]), 0.7)],
    "dirichlet": lambda: [random.dirichlet(key(31), jnp.array([1.0, 2.0, 3.0])), random.dirichlet(key(31), jnp.ones(4) * 0.5, (3,))],
    "poisson": lambda: [random.poisson(key(32), 3.0, (8,)), random.poisson(key(32), 25.0, (8,)), random.poisson(key(33), jnp.array([0.0, 1.0, 9.9, 10.0, 300.0]))],
    "binomial": lambda: [random.binomial(key(34), 10, 0.3, (8,)), random.binomial(key(34), 1000.0, 0.6, (8,)), random.binomial(key(35), jnp.array([5.0, 100.0, 40.0]), jnp.array([0.9, 0.5, 0.05]))],
    "t": lambda: [random.t(key(36), 3.0, (5,)), random.t(key(36), jnp.array([1.0, 30.0]))],
    "chisquare": lambda: [random.chisquare(key(37), 4.0, shape=(5,)), random.chisquare(key(37), jnp.array([1.0, 7.0]))],
    "f": lambda: random.f(key(38), 3.0, 5.0, (4,)),
    "rademacher": lambda: [random.rademacher(key(39), (8,)), random.rademacher(key(39), (3,), jnp.float32)],
    "maxwell": lambda: [random.maxwell(key(40), (4,)), random.double_sided_maxwell(key(40), 1.0, 2.0, (4,)), random.double_sided_maxwell(key(40), jnp.array([1.0, 2.0]), 2.0)],
    "pareto": lambda: [random.pareto(key(41), 2.0, (5,)), random.pareto(key(41), jnp.array([1.0, 4.0]))],
    "weibull": lambda: [random.weibull_min(key(42), 2.0, 1.5, (5,)), random.weibull_min(key(42), 1, 2, (3,))],
    "rayleigh": lambda: random.rayleigh(key(43), 2.0, (5,)),
    "lognormal": lambda: [random.lognormal(key(44), shape=(5,)), random.lognormal(key(44), 0.5, (3,))],
    "wald": lambda: random.wald(key(45), 2.0, (5,)),
    "triangular": lambda: random.triangular(key(46), 0.0, 1.0, 3.0, (6,)),
    "geometric": lambda: random.geometric(key(47), 0.3, (8,)),
    "ball": lambda: [random.ball(key(48), 3, shape=(4,)), random.ball(key(48), 2, 1, (3,)), random.generalized_normal(key(49), 1.5, (5,))],
}
