"""Feed-forward networks, written with plain functions and trees of arrays."""

import jax
import jax.numpy as jnp
from jax import lax


def mlp(layers, x):
    for layer in layers[:-1]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ layers[-1]["w"] + layers[-1]["b"]


def crossentropy(layers, x, labels):
    logits = jax.nn.log_softmax(mlp(layers, x))
    return -jnp.mean(jnp.take_along_axis(logits, labels[:, None], axis=1))


def mlp_gradient(layers, x, labels):
    return jax.value_and_grad(crossentropy)(layers, x, labels)


#: mlp([{"w": normal(4, 5), "b": normal(5)}, {"w": normal(5, 3), "b": normal(3)}], normal(6, 4))
#: mlp_gradient([{"w": normal(4, 5), "b": normal(5)}, {"w": normal(5, 3), "b": normal(3)}], normal(6, 4), ints(0, 3, 6))


def per_example_gradients(layers, x, labels):
    single = lambda layers, x, label: crossentropy(layers, x[None], label[None])
    return jax.vmap(jax.grad(single), in_axes=(None, 0, 0))(layers, x, labels)


#: per_example_gradients([{"w": normal(4, 3), "b": normal(3)}, {"w": normal(3, 3), "b": normal(3)}], normal(5, 4), ints(0, 3, 5))


def clipped_mean_gradient(layers, x, labels):
    """Gradients of single examples, scaled to at most norm one, averaged: differential privacy's step."""
    gradients = per_example_gradients(layers, x, labels)
    squares = [jnp.sum(g**2, axis=tuple(range(1, g.ndim))) for g in jax.tree.leaves(gradients)]
    scale = 1.0 / jnp.maximum(1.0, jnp.sqrt(sum(squares)))
    return jax.tree.map(lambda g: jnp.mean(g * scale.reshape((-1,) + (1,) * (g.ndim - 1)), axis=0), gradients)


#: clipped_mean_gradient([{"w": normal(4, 3), "b": normal(3)}, {"w": normal(3, 3), "b": normal(3)}], normal(5, 4), ints(0, 3, 5))


def conv_net(params, images):
    x = lax.conv_general_dilated(images, params["c1"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    x = jax.nn.relu(x + params["b1"])
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    x = lax.conv_general_dilated(x, params["c2"], (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    x = jnp.mean(jax.nn.gelu(x), axis=(1, 2))
    return x @ params["w"]


def conv_net_gradient(params, images):
    return jax.grad(lambda params: jnp.sum(conv_net(params, images) ** 2))(params)


#: conv_net({"c1": normal(3, 3, 1, 2), "b1": normal(2), "c2": normal(3, 3, 2, 3), "w": normal(3, 2)}, normal(2, 6, 6, 1), tolerance=2e-5, reason="elements cancel in sums of many products")
#: conv_net_gradient({"c1": normal(3, 3, 1, 2), "b1": normal(2), "c2": normal(3, 3, 2, 3), "w": normal(3, 2)}, normal(2, 6, 6, 1), tolerance=1e-3, reason="elements cancel in sums of products of up to 1e3")


def depthwise_separable(x, depth, point):
    x = lax.conv_general_dilated(x, depth, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=x.shape[-1])
    return jax.nn.silu(x) @ point


#: depthwise_separable(normal(1, 5, 5, 3), normal(3, 3, 1, 3), normal(3, 4))


def residual_block(params, x):
    def block(x, layer):
        mean = jnp.mean(x, axis=-1, keepdims=True)
        variance = jnp.var(x, axis=-1, keepdims=True)
        normed = (x - mean) * lax.rsqrt(variance + 1e-5) * layer["scale"]
        return x + jax.nn.gelu(normed @ layer["up"]) @ layer["down"], None

    return lax.scan(block, x, params)[0]


#: residual_block({"scale": normal(3, 4), "up": normal(3, 4, 6), "down": normal(3, 6, 4)}, normal(2, 4))


def residual_gradient(params, x):
    return jax.grad(lambda p: jnp.sum(residual_block(p, x) ** 2))(params)


#: residual_gradient({"scale": normal(2, 4), "up": normal(2, 4, 6, scale=0.3), "down": normal(2, 6, 4, scale=0.3)}, normal(2, 4), tolerance=5e-5, reason="two blocks deep")


def batch_norm(x, scale, offset, mean, variance):
    new_mean, new_variance = jnp.mean(x, axis=0), jnp.var(x, axis=0)
    y = (x - new_mean) / jnp.sqrt(new_variance + 1e-3) * scale + offset
    return y, (0.9 * mean + 0.1 * new_mean, 0.9 * variance + 0.1 * new_variance)


#: batch_norm(normal(5, 3), normal(3), normal(3), zeros(3), ones(3))


def embedding_bag(table, ids, weights):
    return jnp.einsum("bn,bnd->bd", weights, table[ids])


def embedding_gradient(table, ids, weights):
    return jax.grad(lambda table: jnp.sum(jnp.tanh(embedding_bag(table, ids, weights))))(table)


#: embedding_bag(normal(6, 3), ints(0, 6, 2, 4), normal(2, 4))
#: embedding_gradient(normal(6, 3), ints(0, 6, 2, 4), normal(2, 4))


def mixture_of_experts(x, router, experts):
    """Every token goes to its best expert."""
    scores = jax.nn.softmax(x @ router)
    choice = jnp.argmax(scores, axis=-1)
    gate = jnp.take_along_axis(scores, choice[:, None], axis=-1)
    outputs = jnp.einsum("td,edh->teh", x, experts)
    return gate * jnp.take_along_axis(outputs, choice[:, None, None], axis=1)[:, 0]


#: mixture_of_experts(normal(5, 3), normal(3, 4), normal(4, 3, 2))


def expert_switch(i, x, w):
    return lax.switch(i, [lambda x: x @ w, lambda x: -x[:, :2], lambda x: jnp.zeros((x.shape[0], 2))], x)


#: expert_switch(values(1, "i32"), normal(2, 3), normal(3, 2))
#: expert_switch(values(7, "i32"), normal(2, 3), normal(3, 2))


def rotary(x):
    """Rotary position embedding."""
    half = x.shape[-1] // 2
    angles = jnp.arange(x.shape[0])[:, None] / 10000.0 ** (jnp.arange(half) / half)
    cos, sin = jnp.cos(angles), jnp.sin(angles)
    a, b = x[:, :half], x[:, half:]
    return jnp.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


#: rotary(normal(5, 6))


def rms_norm(x, scale):
    return x * lax.rsqrt(jnp.mean(jnp.square(x), axis=-1, keepdims=True) + 1e-6) * scale


def rms_norm_jacobian(x, scale):
    return jax.jacrev(rms_norm)(x, scale), jax.jacfwd(rms_norm, argnums=1)(x, scale)


#: rms_norm_jacobian(normal(4), normal(4))


def dropout(key, x):
    keep = jax.random.bernoulli(key, 0.8, x.shape)
    return jnp.where(keep, x / 0.8, 0.0)


#: dropout(key(3), normal(4, 5))


def variational_autoencoder(params, key, x):
    mean, log_variance = jnp.split(x @ params["encoder"], 2, axis=-1)
    z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
    y = z @ params["decoder"]
    divergence = 0.5 * jnp.sum(jnp.exp(log_variance) + mean**2 - 1.0 - log_variance, axis=-1)
    return jnp.mean(jnp.sum((x - y) ** 2, axis=-1) + divergence)


def variational_gradient(params, key, x):
    return jax.value_and_grad(variational_autoencoder)(params, key, x)


#: variational_gradient({"encoder": normal(4, 4, scale=0.5), "decoder": normal(2, 4)}, key(1), normal(3, 4), tolerance=1e-4, reason="noise through exp and squares")
