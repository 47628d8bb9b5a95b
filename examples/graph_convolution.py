"""Node classification with graph convolutions: messages along edges are summed by `segment_sum`.

The graph is known when the program is written: two groups of nodes, with many edges within and few between.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class Graph(NamedTuple):
    senders: jax.Array
    receivers: jax.Array
    num_nodes: int


def two_groups(size=10):
    """Rings of `size` nodes with chords, joined at two places; edges go both ways and from each node to itself."""
    edges = []
    for group in range(2):
        base = group * size
        for i in range(size):
            edges.append((base + i, base + (i + 1) % size))
            edges.append((base + i, base + (3 * i + 2) % size))
    edges += [(0, size), (size // 2, size + 3)]
    both = set(edges) | {(b, a) for a, b in edges} | {(i, i) for i in range(2 * size)}
    senders, receivers = zip(*sorted(both))
    return Graph(jnp.array(senders), jnp.array(receivers), 2 * size)


graph = two_groups()
labels = jnp.array([0] * 10 + [1] * 10)
known = jnp.array([0, 4, 11, 17])  # the only nodes whose label is told


def glorot(key, shape):
    limit = (6.0 / sum(shape)) ** 0.5
    return jax.random.uniform(key, shape, minval=-limit, maxval=limit)


def init_params(key, features, hidden, classes):
    k1, k2 = jax.random.split(key)
    return {
        "conv1": {"kernel": glorot(k1, (features, hidden)), "bias": jnp.zeros(hidden)},
        "conv2": {"kernel": glorot(k2, (hidden, classes)), "bias": jnp.zeros(classes)},
    }


def graph_conv(params, graph, nodes):
    """Each node's new features: the sum over its neighbours, weighted by both degrees, times a matrix."""
    degree = jax.ops.segment_sum(jnp.ones_like(graph.senders, dtype=jnp.float32), graph.receivers, graph.num_nodes)
    scale = jax.lax.rsqrt(jnp.maximum(degree, 1.0))
    messages = (nodes @ params["kernel"]) * scale[:, None]
    gathered = jax.ops.segment_sum(messages[graph.senders], graph.receivers, num_segments=graph.num_nodes)
    return gathered * scale[:, None] + params["bias"]


def forward(params, nodes, *, dropout_key=None, rate=0.2):
    x = jax.nn.relu(graph_conv(params["conv1"], graph, nodes))
    if dropout_key is not None:
        keep = jax.random.bernoulli(dropout_key, 1.0 - rate, x.shape)
        x = jnp.where(keep, x / (1.0 - rate), 0.0)
    return graph_conv(params["conv2"], graph, x)


def loss_fn(params, nodes, key):
    logits = forward(params, nodes, dropout_key=key)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits[known], labels[known])
    return losses.mean(), logits


optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(optax.cosine_decay_schedule(2e-2, 100)))


@partial(jax.jit, donate_argnums=(0, 1))
def update(params, opt_state, nodes, key):
    (loss, logits), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, nodes, key)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == labels)
    return optax.apply_updates(params, updates), opt_state, loss, accuracy


@jax.jit
def predict(params, nodes):
    return jax.nn.softmax(forward(params, nodes))


nodes = jnp.eye(graph.num_nodes)
params = init_params(jax.random.PRNGKey(0), graph.num_nodes, 16, 2)
opt_state = optimizer.init(params)
key = jax.random.PRNGKey(1)
for step in range(5):
    key, subkey = jax.random.split(key)
    params, opt_state, loss, accuracy = update(params, opt_state, nodes, subkey)
    print(f"step {step}: loss {loss:.4f}, accuracy {accuracy:.2f}")
print(predict(params, nodes)[:3])
