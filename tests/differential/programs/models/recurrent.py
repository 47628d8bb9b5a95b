"""Recurrent networks as scans."""

import jax
import jax.numpy as jnp
from jax import lax


def elman(params, xs, h):
    def step(h, x):
        h = jnp.tanh(x @ params["wx"] + h @ params["wh"] + params["b"])
        return h, h

    return lax.scan(step, h, xs)


#: elman({"wx": normal(3, 4), "wh": normal(4, 4, scale=0.5), "b": normal(4)}, normal(6, 3), zeros(4))


def elman_gradient(params, xs, h):
    def loss(params):
        last, hs = elman(params, xs, h)
        return jnp.sum(last**2) + jnp.mean(hs)

    return jax.value_and_grad(loss)(params)


#: elman_gradient({"wx": normal(3, 4), "wh": normal(4, 4, scale=0.5), "b": normal(4)}, normal(6, 3), zeros(4))


def lstm_step(params, state, x):
    h, c = state
    gates = x @ params["wx"] + h @ params["wh"] + params["b"]
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def lstm(params, xs):
    zeros = jnp.zeros(params["wh"].shape[0])
    return lax.scan(lambda state, x: lstm_step(params, state, x), (zeros, zeros), xs)


#: lstm({"wx": normal(3, 8), "wh": normal(2, 8), "b": zeros(8)}, normal(5, 3))


def lstm_batched(params, xs):
    return jax.vmap(lambda x: lstm(params, x)[1])(xs)


#: lstm_batched({"wx": normal(3, 8), "wh": normal(2, 8), "b": zeros(8)}, normal(4, 5, 3))


def lstm_gradient(params, xs):
    return jax.grad(lambda params: jnp.sum(lstm(params, xs)[1] ** 2))(params)


#: lstm_gradient({"wx": normal(3, 8), "wh": normal(2, 8), "b": zeros(8)}, normal(5, 3))


def gru(params, xs):
    def step(h, x):
        z = jax.nn.sigmoid(x @ params["wz"] + h @ params["uz"])
        r = jax.nn.sigmoid(x @ params["wr"] + h @ params["ur"])
        n = jnp.tanh(x @ params["wn"] + (r * h) @ params["un"])
        return (1 - z) * n + z * h, z

    return lax.scan(step, jnp.zeros(params["uz"].shape[0]), xs, reverse=True)


#: gru({"wz": normal(3, 2), "uz": normal(2, 2), "wr": normal(3, 2), "ur": normal(2, 2), "wn": normal(3, 2), "un": normal(2, 2)}, normal(5, 3))


def checkpointed_scan(w, xs):
    @jax.checkpoint
    def step(h, x):
        return jnp.tanh(x @ w + h), None

    return jax.grad(lambda xs: jnp.sum(lax.scan(step, jnp.zeros(2), xs)[0]))(xs)


#: checkpointed_scan(normal(3, 2), normal(5, 3))


def unrolled(w, xs):
    return lax.scan(lambda h, x: (jnp.sin(h @ w + x), h.sum()), jnp.zeros(3), xs, unroll=2)


#: unrolled(normal(3, 3), normal(5, 3))


def state_space(a, b, c, xs):
    """A linear recurrence by a parallel prefix."""
    def combine(left, right):
        return left[0] * right[0], right[0] * left[1] + right[1]

    inputs = xs @ b
    decay = jnp.broadcast_to(a, inputs.shape)
    return lax.associative_scan(combine, (decay, inputs))[1] @ c


#: state_space(uniform(0.1, 0.9, 3), normal(2, 3), normal(3, 2), normal(7, 2))


def state_space_gradient(a, b, c, xs):
    return jax.grad(lambda a, b: jnp.sum(state_space(a, b, c, xs) ** 2), argnums=(0, 1))(a, b)


#: state_space_gradient(uniform(0.1, 0.9, 3), normal(2, 3), normal(3, 2), normal(7, 2))


def beam_scores(transitions, emissions):
    """Viterbi's recursion: the best score of a path, and where it comes from."""
    def step(scores, emission):
        total = scores[:, None] + transitions
        return jnp.max(total, axis=0) + emission, jnp.argmax(total, axis=0)

    return lax.scan(step, emissions[0], emissions[1:])


#: beam_scores(normal(3, 3), normal(5, 3))


def forward_algorithm(transitions, emissions):
    def step(scores, emission):
        return jax.scipy.special.logsumexp(scores[:, None] + transitions, axis=0) + emission, None

    return jax.scipy.special.logsumexp(lax.scan(step, emissions[0], emissions[1:])[0])


#: forward_algorithm(normal(3, 3), normal(5, 3))


def forward_marginals(transitions, emissions):
    return jax.grad(forward_algorithm, argnums=1)(transitions, emissions)


#: forward_marginals(normal(3, 3), normal(5, 3))
