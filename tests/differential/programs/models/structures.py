"""Networks on graphs, sets and trees; experts; networks that make networks; normalisation and image operations."""

import jax
import jax.numpy as jnp
from jax import lax


def graph_convolution(x, w, senders, receivers):
    """Messages along edges, summed at their ends and divided by the degree."""
    messages = (x @ w)[senders]
    total = jnp.zeros((x.shape[0], w.shape[1])).at[receivers].add(messages)
    degree = jnp.zeros(x.shape[0]).at[receivers].add(1.0)
    return jax.nn.relu(total / jnp.maximum(degree, 1.0)[:, None])


#: graph_convolution(normal(4, 3), normal(3, 2), ints(0, 4, 6), ints(0, 4, 6))


def graph_attention(x, w, a, senders, receivers):
    """Weights of edges by a softmax over those that end at one node."""
    h = x @ w
    scores = jax.nn.leaky_relu(jnp.concatenate([h[senders], h[receivers]], axis=1) @ a, 0.2)
    best = jax.ops.segment_max(scores, receivers, x.shape[0])
    weights = jnp.exp(scores - best[receivers])
    total = jax.ops.segment_sum(weights, receivers, x.shape[0])
    return jax.ops.segment_sum((weights / total[receivers])[:, None] * h[senders], receivers, x.shape[0])


#: graph_attention(normal(4, 3), normal(3, 2), normal(4), ints(0, 4, 7), values([0, 1, 2, 3, 0, 1, 2], "i32"))


def adjacency_propagation(adjacency, x, weights):
    """Symmetrically normalised adjacency, several layers."""
    a = adjacency + jnp.eye(adjacency.shape[0])
    scale = lax.rsqrt(jnp.sum(a, axis=1))
    a = scale[:, None] * a * scale[None, :]
    for w in weights:
        x = jnp.tanh(a @ x @ w)
    return x


#: adjacency_propagation(uniform(0, 1, 4, 4), normal(4, 3), [normal(3, 3), normal(3, 2)])


def set_pooling(x, w, mask):
    """A function of sets: the order of the rows does not matter."""
    h = jnp.where(mask[:, None], jax.nn.relu(x @ w), 0.0)
    return jnp.concatenate([jnp.sum(h, axis=0), jnp.max(jnp.where(mask[:, None], h, -jnp.inf), axis=0)])


#: set_pooling(normal(5, 3), normal(3, 4), values([True, True, False, True, True], "bool"))


def top_two_experts(x, router, experts):
    """The two best experts of every token, their outputs mixed by renormalised gates."""
    best, which = lax.top_k(x @ router, 2)
    gates = jax.nn.softmax(best)
    outputs = jnp.einsum("td,tkdh->tkh", x, experts[which])
    return jnp.einsum("tk,tkh->th", gates, outputs)


#: top_two_experts(normal(4, 3), normal(3, 4), normal(4, 3, 2))


def routed_with_capacity(x, router, experts):
    """Tokens are sent to buffers of limited size, those too many are dropped; and the loss that balances loads."""
    probabilities = jax.nn.softmax(x @ router)
    choice = jax.nn.one_hot(jnp.argmax(probabilities, axis=-1), router.shape[1])
    position = (jnp.cumsum(choice, axis=0) - 1) * choice
    kept = choice * (position < 2)
    dispatch = kept[..., None] * jax.nn.one_hot(jnp.sum(position, axis=1).astype(jnp.int32), 2)[:, None, :]
    buffers = jnp.einsum("tec,td->ecd", dispatch, x)
    outputs = jnp.einsum("ecd,edh->ech", buffers, experts)
    combined = jnp.einsum("tec,ech->th", dispatch * jnp.sum(probabilities * choice, axis=1)[:, None, None], outputs)
    return combined, jnp.sum(jnp.mean(choice, axis=0) * jnp.mean(probabilities, axis=0)) * router.shape[1]


#: routed_with_capacity(normal(6, 3), normal(3, 3), normal(3, 3, 2))


def hypernetwork(p, condition, x):
    """One network makes the weights of another."""
    flat = jnp.tanh(condition @ p["w"]) @ p["v"]
    w, b = flat[:6].reshape(3, 2), flat[6:]
    return jnp.tanh(x @ w + b)


#: hypernetwork({"w": normal(2, 4), "v": normal(4, 8)}, normal(2), normal(5, 3))


def many_hypernetworks(p, conditions, x):
    return jax.vmap(hypernetwork, in_axes=(None, 0, None))(p, conditions, x)


#: many_hypernetworks({"w": normal(2, 4), "v": normal(4, 8)}, normal(3, 2), normal(2, 3))


def deep_sets_of_trees(tree, x):
    """Nested containers all the way."""
    total = jax.tree.map(lambda w: jnp.tanh(x @ w), tree)
    return {"sum": sum(jax.tree.leaves(total)), "parts": total}


#: deep_sets_of_trees({"a": [normal(3, 2), normal(3, 2)], "b": (normal(3, 2), {"c": normal(3, 2)})}, normal(4, 3))


def group_norm(x, scale, shift):
    b, h, w, c = x.shape
    grouped = x.reshape(b, h, w, 2, c // 2)
    mean = jnp.mean(grouped, axis=(1, 2, 4), keepdims=True)
    variance = jnp.var(grouped, axis=(1, 2, 4), keepdims=True)
    return ((grouped - mean) * lax.rsqrt(variance + 1e-5)).reshape(x.shape) * scale + shift


#: group_norm(normal(2, 3, 3, 4), normal(4), normal(4))


def squeeze_excite(x, down, up):
    gate = jax.nn.sigmoid(jax.nn.relu(jnp.mean(x, axis=(1, 2)) @ down) @ up)
    return x * gate[:, None, None, :]


#: squeeze_excite(normal(2, 3, 3, 4), normal(4, 2), normal(2, 4))


def unet(x, k1, k2, k3):
    """Down, up, and across."""
    conv = lambda x, k: lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    a = jax.nn.relu(conv(x, k1))
    b = lax.reduce_window(a, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    b = jnp.tanh(conv(b, k2))
    up = jnp.repeat(jnp.repeat(b, 2, axis=1), 2, axis=2)
    return conv(jnp.concatenate([a, up], axis=-1), k3)


#: unet(normal(1, 4, 4, 1), normal(3, 3, 1, 2), normal(3, 3, 2, 2), normal(3, 3, 4, 1), tolerance=1e-4, reason="sums of many products")


def dilated_causal(x, kernels):
    """Convolutions into the past with growing steps, as in WaveNet."""
    for i, k in enumerate(kernels):
        step = 2**i
        y = lax.conv_general_dilated(x, k, (1,), [(step, 0)], rhs_dilation=(step,), dimension_numbers=("NWC", "WIO", "NWC"))
        x = x + jnp.tanh(y) * jax.nn.sigmoid(y)
    return x


#: dilated_causal(normal(1, 6, 2), [normal(2, 2, 2), normal(2, 2, 2), normal(2, 2, 2)])


def pixel_shuffle(x, k):
    y = lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    b, h, w, c = y.shape
    return y.reshape(b, h, w, 2, 2, c // 4).transpose(0, 1, 3, 2, 4, 5).reshape(b, 2 * h, 2 * w, c // 4)


#: pixel_shuffle(normal(1, 2, 3, 2), normal(3, 3, 2, 4))


def bilinear_sample(image, points):
    """Values between the pixels, and the slope in the place."""
    low = jnp.floor(points).astype(jnp.int32)
    f = points - low
    at = lambda dy, dx: image[jnp.clip(low[:, 0] + dy, 0, image.shape[0] - 1), jnp.clip(low[:, 1] + dx, 0, image.shape[1] - 1)]
    top = at(0, 0) * (1 - f[:, 1]) + at(0, 1) * f[:, 1]
    bottom = at(1, 0) * (1 - f[:, 1]) + at(1, 1) * f[:, 1]
    return top * (1 - f[:, 0]) + bottom * f[:, 0]


#: bilinear_sample(normal(4, 5), uniform(0.1, 2.9, 6, 2))


def dropout_network(key, p, x):
    """Keys split along the layers."""
    for i, w in enumerate(p):
        key, sub = jax.random.split(key)
        x = jax.nn.relu(x @ w)
        x = jnp.where(jax.random.bernoulli(sub, 0.7, x.shape), x / 0.7, 0.0)
    return x


#: dropout_network(key(5), [normal(3, 4), normal(4, 4), normal(4, 2)], normal(3, 3))


def siamese(w, a, b, same):
    distance = jnp.sqrt(jnp.sum((jnp.tanh(a @ w) - jnp.tanh(b @ w)) ** 2, axis=-1) + 1e-6)
    return jnp.mean(same * distance**2 + (1 - same) * jnp.maximum(1.0 - distance, 0.0) ** 2)


#: siamese(normal(3, 2), normal(5, 3), normal(5, 3), ints(0, 2, 5, dtype="f32"))


def triplet(w, anchor, positive, negative):
    embed = lambda x: jax.nn.standardize(x @ w)
    gap = jnp.sum((embed(anchor) - embed(positive)) ** 2, -1) - jnp.sum((embed(anchor) - embed(negative)) ** 2, -1)
    return jnp.mean(jax.nn.relu(gap + 0.5))


#: triplet(normal(3, 4), normal(4, 3), normal(4, 3), normal(4, 3))


def spectral_normalised(w, u, x):
    """A weight divided by its norm, found by a few products that carry no gradient."""
    for _ in range(3):
        v = w.T @ u
        v = v / jnp.linalg.norm(v)
        u = w @ v
        u = u / jnp.linalg.norm(u)
    u, v = lax.stop_gradient(u), lax.stop_gradient(v)
    return x @ (w / (u @ w @ v)).T


#: spectral_normalised(normal(3, 4), normal(3), normal(2, 4))


def low_rank_adapter(w, a, b, x):
    return x @ (lax.stop_gradient(w) + 0.5 * a @ b)


#: low_rank_adapter(normal(4, 3), normal(4, 2), normal(2, 3), normal(5, 4))


def kolmogorov_layer(coefficients, x):
    """Every edge is a function of its own: a sum of bumps."""
    centres = jnp.linspace(-1.0, 1.0, coefficients.shape[-1])
    bumps = jnp.exp(-4.0 * (x[..., None] - centres) ** 2)
    return jnp.einsum("bik,iok->bo", bumps, coefficients)


#: kolmogorov_layer(normal(3, 2, 4), unit(5, 3))
