"""Attention in its usual forms."""

import jax
import jax.numpy as jnp


def attention(q, k, v):
    """Softmax of scaled products, for sequences of vectors."""
    scores = q @ jnp.swapaxes(k, -1, -2) / jnp.sqrt(q.shape[-1])
    return jax.nn.softmax(scores, axis=-1) @ v


#: attention(normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 3))


def causal(q, k, v):
    scores = jnp.einsum("qd,kd->qk", q, k) / jnp.sqrt(q.shape[-1])
    mask = jnp.arange(q.shape[0])[:, None] >= jnp.arange(k.shape[0])[None, :]
    return jax.nn.softmax(jnp.where(mask, scores, -jnp.inf), axis=-1) @ v


#: causal(normal(5, 4), normal(5, 4), normal(5, 2))


def causal_gradients(q, k, v):
    return jax.grad(lambda q, k, v: jnp.sum(causal(q, k, v) ** 2), argnums=(0, 1, 2))(q, k, v)


#: causal_gradients(normal(5, 4), normal(5, 4), normal(5, 2))


def heads(params, x):
    """Multi-head self-attention with its projections in a dict."""
    q, k, v = (jnp.einsum("td,dhc->htc", x, params[name]) for name in ("q", "k", "v"))
    mixed = jax.vmap(attention)(q, k, v)
    return jnp.einsum("htc,hcd->td", mixed, params["out"])


#: heads({"q": normal(6, 2, 3), "k": normal(6, 2, 3), "v": normal(6, 2, 3), "out": normal(2, 3, 6)}, normal(4, 6))


def heads_loss_gradient(params, x):
    def loss(params):
        return jnp.mean((heads(params, x) - x) ** 2)

    return jax.value_and_grad(loss)(params)


#: heads_loss_gradient({"q": normal(6, 2, 3), "k": normal(6, 2, 3), "v": normal(6, 2, 3), "out": normal(2, 3, 6)}, normal(4, 6))


def linear_attention(q, k, v):
    """Attention with a positive feature map instead of a softmax, as a scan over the sequence."""
    q, k = jax.nn.elu(q) + 1, jax.nn.elu(k) + 1

    def step(carry, qkv):
        state, norm = carry
        q, k, v = qkv
        state = state + jnp.outer(k, v)
        norm = norm + k
        return (state, norm), q @ state / (q @ norm)

    start = (jnp.zeros((k.shape[1], v.shape[1])), jnp.zeros(k.shape[1]))
    return jax.lax.scan(step, start, (q, k, v))[1]


#: linear_attention(normal(5, 4), normal(5, 4), normal(5, 3))
