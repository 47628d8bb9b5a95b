"""A transformer of Haiku whose modules are dataclasses, with dropout by keys that the loop splits."""

import dataclasses

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("labels.npz")


def layer_norm(x):
    return hk.LayerNorm(axis=-1, create_scale=True, create_offset=True)(x)


@dataclasses.dataclass
class Transformer(hk.Module):
    num_heads: int
    num_layers: int
    key_size: int
    dropout_rate: float
    widening_factor: int = 2
    name: str = None

    def __call__(self, h, mask):
        initializer = hk.initializers.VarianceScaling(2 / self.num_layers)
        size = h.shape[-1]
        for _ in range(self.num_layers):
            attention = hk.MultiHeadAttention(
                num_heads=self.num_heads, key_size=self.key_size, model_size=size, w_init=initializer
            )
            h_norm = layer_norm(h)
            h_attn = attention(h_norm, h_norm, h_norm, mask=mask)
            h = h + hk.dropout(hk.next_rng_key(), self.dropout_rate, h_attn)
            dense = hk.Sequential(
                [hk.Linear(self.widening_factor * size, w_init=initializer), jax.nn.gelu, hk.Linear(size, w_init=initializer)]
            )
            h = h + hk.dropout(hk.next_rng_key(), self.dropout_rate, dense(layer_norm(h)))
        return layer_norm(h)


def forward(x):
    length = x.shape[1]
    embedded = hk.Linear(8)(x[..., None])
    positions = hk.get_parameter("positional_embeddings", [length, 8], init=hk.initializers.TruncatedNormal(stddev=0.02))
    mask = np.tril(np.ones((1, 1, length, length)))
    h = Transformer(num_heads=2, num_layers=2, key_size=4, dropout_rate=0.1)(embedded + positions, mask)
    return hk.Linear(3)(h[:, -1])


network = hk.transform(forward)
optimizer = optax.chain(optax.clip_by_global_norm(0.25), optax.adam(1e-2, b1=0.9, b2=0.99))


@hk.transform
def loss_fn(x, y):
    logits = forward(x)
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, y))


@jax.jit
def update(params, opt_state, key, x, y):
    key, step_key = jax.random.split(key)
    loss, gradients = jax.value_and_grad(loss_fn.apply)(params, step_key, x, y)
    updates, opt_state = optimizer.update(gradients, opt_state)
    return optax.apply_updates(params, updates), opt_state, key, loss


key, init_key = jax.random.split(jax.random.PRNGKey(42))
params = network.init(init_key, jnp.zeros((12, 4)))
opt_state = optimizer.init(params)

history = {"loss": []}
for epoch in range(3):
    losses = []
    for i in range(6):
        x, y = data["x_train"][12 * i : 12 * i + 12], data["y_train"][12 * i : 12 * i + 12]
        params, opt_state, key, loss = update(params, opt_state, key, x, y)
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
