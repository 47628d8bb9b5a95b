"""Attention with positions, caches, groups and sparsity; whole transformer blocks."""

import jax
import jax.numpy as jnp
from jax import lax


def softmax_attention(q, k, v, bias):
    return jax.nn.softmax(q @ k.T / jnp.sqrt(q.shape[-1]) + bias) @ v


def rotary(x, base):
    """Rotates pairs of features by angles that grow with the position."""
    half = x.shape[-1] // 2
    angles = jnp.arange(x.shape[0])[:, None] * base ** (-jnp.arange(half) / half)
    a, b = x[:, :half], x[:, half:]
    return jnp.concatenate([a * jnp.cos(angles) - b * jnp.sin(angles), a * jnp.sin(angles) + b * jnp.cos(angles)], axis=-1)


def rotary_attention(q, k, v):
    return softmax_attention(rotary(q, 100.0), rotary(k, 100.0), v, 0.0)


#: rotary_attention(normal(4, 6), normal(4, 6), normal(4, 3))


def grouped_query(q, k, v):
    """More heads of queries than of keys and values."""
    groups = q.shape[0] // k.shape[0]
    k, v = jnp.repeat(k, groups, axis=0), jnp.repeat(v, groups, axis=0)
    return jax.vmap(softmax_attention, in_axes=(0, 0, 0, None))(q, k, v, 0.0)


#: grouped_query(normal(4, 3, 2), normal(2, 5, 2), normal(2, 5, 2))


def sliding_window(q, k, v):
    distance = jnp.arange(q.shape[0])[:, None] - jnp.arange(k.shape[0])[None, :]
    return softmax_attention(q, k, v, jnp.where((distance >= 0) & (distance < 2), 0.0, -1e9))


#: sliding_window(normal(5, 4), normal(5, 4), normal(5, 2))


def linear_biases(q, k, v):
    """Scores fall with the distance, by a slope for each head."""
    slopes = 2.0 ** -jnp.arange(1, q.shape[0] + 1)
    distance = jnp.abs(jnp.arange(q.shape[1])[:, None] - jnp.arange(k.shape[1])[None, :])
    return jax.vmap(softmax_attention)(q, k, v, -slopes[:, None, None] * distance)


#: linear_biases(normal(2, 4, 3), normal(2, 4, 3), normal(2, 4, 3))


def cached_decoding(tokens, wq, wk, wv):
    """Attention step by step, with keys and values written into a cache."""
    length, width = tokens.shape

    def step(cache, inputs):
        keys, values = cache
        i, x = inputs
        keys = lax.dynamic_update_slice(keys, (x @ wk)[None], (i, 0))
        values = lax.dynamic_update_slice(values, (x @ wv)[None], (i, 0))
        scores = jnp.where(jnp.arange(length) <= i, keys @ (x @ wq), -jnp.inf)
        return (keys, values), jax.nn.softmax(scores) @ values

    empty = jnp.zeros((length, width))
    return lax.scan(step, (empty, empty), (jnp.arange(length), tokens))[1]


#: cached_decoding(normal(4, 3), normal(3, 3), normal(3, 3), normal(3, 3))


def online_softmax(q, keys, values):
    """Attention over blocks of keys with a running maximum, never seeing all scores at once."""
    def step(carry, block):
        best, total, mixed = carry
        k, v = block
        scores = k @ q
        fresh = jnp.maximum(best, jnp.max(scores))
        scale, weights = jnp.exp(best - fresh), jnp.exp(scores - fresh)
        return (fresh, total * scale + jnp.sum(weights), mixed * scale + weights @ v), None

    start = (jnp.array(-jnp.inf), jnp.array(0.0), jnp.zeros(values.shape[-1]))
    _, total, mixed = lax.scan(step, start, (keys, values))[0]
    return mixed / total


#: online_softmax(normal(3), normal(3, 2, 3), normal(3, 2, 4))


def cross_attention(params, x, memory):
    q, k, v = x @ params["q"], memory @ params["k"], memory @ params["v"]
    return x + softmax_attention(q, k, v, 0.0) @ params["o"]


#: cross_attention({"q": normal(4, 3), "k": normal(5, 3), "v": normal(5, 3), "o": normal(3, 4)}, normal(3, 4), normal(6, 5))


def layer_norm(x, scale, shift):
    mean, variance = jnp.mean(x, -1, keepdims=True), jnp.var(x, -1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + 1e-5) * scale + shift


def rms_norm(x, scale):
    return x * lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + 1e-6) * scale


def encoder_block(p, x):
    y = layer_norm(x, p["s1"], p["b1"])
    x = x + softmax_attention(y @ p["q"], y @ p["k"], y @ p["v"], 0.0)
    y = layer_norm(x, p["s2"], p["b2"])
    return x + jax.nn.gelu(y @ p["up"]) @ p["down"]


#: encoder_block({"s1": positive(4), "b1": normal(4), "s2": positive(4), "b2": normal(4), "q": normal(4, 4), "k": normal(4, 4), "v": normal(4, 4), "up": normal(4, 6), "down": normal(6, 4)}, normal(3, 4), tolerance=5e-5, reason="one after the other, normalisations divide by small deviations")


def gated_block(p, x):
    y = rms_norm(x, p["scale"])
    return x + (jax.nn.silu(y @ p["gate"]) * (y @ p["up"])) @ p["down"]


#: gated_block({"scale": positive(4), "gate": normal(4, 5), "up": normal(4, 5), "down": normal(5, 4)}, normal(3, 4))


def checkpointed_stack(layers, x):
    """Blocks under checkpoint, rolled into a scan."""
    block = jax.checkpoint(lambda x, w: (x + jnp.tanh(rms_norm(x, 1.0) @ w), None))
    return lax.scan(block, x, layers)[0]


#: checkpointed_stack(normal(3, 4, 4), normal(2, 4))


def language_model(p, tokens):
    """The loss of predicting each next token, embeddings tied."""
    x = p["embedding"][tokens[:-1]]
    mask = jnp.tril(jnp.ones((x.shape[0], x.shape[0]), bool))
    x = x + softmax_attention(x @ p["q"], x @ p["k"], x, jnp.where(mask, 0.0, -jnp.inf))
    log_probs = jax.nn.log_softmax(layer_norm(x, 1.0, 0.0) @ p["embedding"].T)
    return -jnp.mean(log_probs[jnp.arange(x.shape[0]), tokens[1:]])


#: language_model({"embedding": normal(5, 4), "q": normal(4, 3), "k": normal(4, 3)}, ints(0, 5, 6))


def talking_heads(q, k, v, before, after):
    scores = jnp.einsum("hqd,hkd->hqk", q, k)
    weights = jax.nn.softmax(jnp.einsum("hqk,hg->gqk", scores, before))
    return jnp.einsum("gqk,gf,fkd->fqd", weights, after, v)


#: talking_heads(normal(2, 3, 4), normal(2, 3, 4), normal(2, 3, 2), normal(2, 2), normal(2, 2))


def relative_positions(q, k, v, table):
    """Biases looked up by clipped distance."""
    distance = jnp.clip(jnp.arange(k.shape[0])[None, :] - jnp.arange(q.shape[0])[:, None], -1, 1) + 1
    return softmax_attention(q, k, v, table[distance])


#: relative_positions(normal(4, 3), normal(4, 3), normal(4, 2), normal(3))


def dropped_attention(key, q, k, v):
    keep = jax.random.bernoulli(key, 0.8, (q.shape[0], k.shape[0]))
    weights = jax.nn.softmax(q @ k.T)
    return jnp.where(keep, weights / 0.8, 0.0) @ v


#: dropped_attention(key(3), normal(3, 4), normal(5, 4), normal(5, 2))


def library_attention(q, k, v):
    return jax.nn.dot_product_attention(q, k, v, is_causal=True)


#: library_attention(normal(1, 4, 2, 3), normal(1, 4, 2, 3), normal(1, 4, 2, 3))


def patches(images, w, position):
    """Embeddings of an image's tiles, as a vision transformer begins."""
    b, h, wide, c = images.shape
    tiles = images.reshape(b, h // 2, 2, wide // 2, 2, c).transpose(0, 1, 3, 2, 4, 5).reshape(b, -1, 4 * c)
    return tiles @ w + position


#: patches(normal(2, 4, 4, 1), normal(4, 3), normal(4, 3))
