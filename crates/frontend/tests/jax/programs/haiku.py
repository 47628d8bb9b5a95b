"""Modules of Haiku: parameters' names and values, state, outputs, gradients, training."""
import haiku as hk
import jax
import jax.numpy as jnp
import optax

key = jax.random.PRNGKey(7)


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


def names(tree):
    return " ".join(f"{module}:{name}{leaf.shape}" for module, entries in tree.items() for name, leaf in entries.items())


class Residual(hk.Module):
    def __init__(self, size, name=None):
        super().__init__(name=name)
        self.first = hk.Linear(size)
        self.second = hk.Linear(size, with_bias=False, name="last")

    def __call__(self, x):
        scale = hk.get_parameter("scale", [x.shape[-1]], init=jnp.ones)
        return x + self.second(jax.nn.relu(self.first(x))) * scale + self.extra(x)

    def extra(self, x):
        return hk.Linear(x.shape[-1])(x)


def mlp(x):
    net = hk.Sequential([hk.Flatten(), hk.Linear(6), jax.nn.relu, hk.nets.MLP([5, 3], name="head")])
    return net(x)


def residual(x):
    block = Residual(4)
    for _ in range(2):
        x = block(x)
    return Residual(4, name="other")(Residual(4)(x))


def conv(x):
    x = jax.nn.relu(hk.Conv2D(4, kernel_shape=3, stride=2)(x))
    x = hk.max_pool(x, 2, 1, "SAME")
    x = hk.Conv2D(6, kernel_shape=(2, 2), padding="VALID", w_init=hk.initializers.VarianceScaling(2.0))(x)
    x = hk.avg_pool(x, 2, 1, "SAME")
    return hk.LayerNorm(axis=-1, create_scale=True, create_offset=True)(x)


def attention(x):
    y = hk.MultiHeadAttention(num_heads=2, key_size=3, w_init=hk.initializers.VarianceScaling(1.0))(x, x, x)
    return hk.RMSNorm(axis=-1)(hk.dropout(hk.next_rng_key(), 0.25, y))


def texts_of(tokens):
    x = hk.Embed(11, 5)(tokens)
    core = hk.LSTM(4)
    x, state = hk.dynamic_unroll(core, x, core.initial_state(tokens.shape[0]), time_major=False)
    gru = hk.GRU(3)
    return hk.static_unroll(gru, x, gru.initial_state(tokens.shape[0]), time_major=False), state


def normalised(x):
    x = hk.Linear(4)(x)
    x = hk.BatchNorm(create_scale=True, create_offset=True, decay_rate=0.9)(x, is_training=True)
    calls = hk.get_state("calls", [], init=jnp.zeros)
    hk.set_state("calls", calls + 1)
    return hk.Linear(2)(x)


def checkpointed(x):
    layer = hk.Linear(4)
    x = hk.remat(layer)(x)
    _, ys = hk.scan(lambda c, y: (c + 1, layer(y)), 0, x)
    return ys


functions = {
    "mlp": (mlp, wave(3, 2, 2)),
    "residual": (residual, wave(3, 4)),
    "conv": (conv, wave(2, 7, 7, 2)),
    "attention": (attention, wave(2, 3, 6)),
    "texts": (texts_of, jnp.array([[1, 2, 3], [5, 6, 10]])),
    "normalised": (normalised, wave(5, 3)),
    "checkpointed": (checkpointed, wave(3, 4)),
}


def function_case(f, x):
    def run():
        f_ = hk.transform_with_state(f)
        params, state = f_.init(key, x)
        y, state_after = f_.apply(params, state, jax.random.fold_in(key, 1), x)

        def loss(params):
            y = f_.apply(params, state, jax.random.fold_in(key, 1), x)[0]
            return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(y))

        return jax.tree.leaves((params, state, y, state_after, jax.grad(loss)(params)))

    return run


def trained():
    net = hk.without_apply_rng(hk.transform(mlp))
    x, labels = wave(4, 6), jnp.array([0, 2, 1, 1])
    params = net.init(key, x)
    tx = optax.adam(1e-2)
    opt_state = tx.init(params)

    @jax.jit
    def step(params, opt_state, x, labels):
        loss_fn = lambda p: optax.softmax_cross_entropy_with_integer_labels(net.apply(p, x), labels).mean()
        loss, grads = jax.value_and_grad(loss_fn)(params)
        updates, opt_state = tx.update(grads, opt_state)
        return optax.apply_updates(params, updates), opt_state, loss

    losses = []
    for _ in range(5):
        params, opt_state, loss = step(params, opt_state, x, labels)
        losses.append(loss)
    return jax.tree.leaves((losses, params))


def several():
    def make():
        encoder, decoder = hk.Linear(3, name="encoder"), hk.Linear(4, name="decoder")

        def both(x):
            return decoder(jnp.tanh(encoder(x)))

        return both, (encoder, decoder)

    f = hk.multi_transform(make)
    params = f.init(key, wave(2, 4))
    encode, decode = f.apply
    return jax.tree.leaves((params, decode(params, None, encode(params, None, wave(2, 4)))))


cases = {name: function_case(f, x) for name, (f, x) in functions.items()}
cases.update(trained=trained, several=several)
texts = {name: names(hk.transform_with_state(f).init(key, x)[0]) for name, (f, x) in functions.items()}
texts["state"] = names(hk.transform_with_state(normalised).init(key, wave(5, 3))[1])
