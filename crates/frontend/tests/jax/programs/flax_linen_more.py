"""Flax linen's normalized layers, shared scopes, interceptors, and transforms that are used seldom."""
import flax.linen as nn
import jax
import jax.numpy as jnp

key = jax.random.key(7)


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


def paths(tree, prefix=""):
    if not hasattr(tree, "items"):
        return f"{prefix}{tuple(tree.shape)}"
    return " ".join(paths(value, f"{prefix}/{name}") for name, value in sorted(tree.items()))


class Spectral(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        x = nn.SpectralNorm(nn.Conv(3, (2, 2)))(x, update_stats=train)
        x = nn.SpectralNorm(nn.Dense(4), n_steps=2)(x.mean(axis=(1, 2)), update_stats=train)
        return nn.Dense(2)(x)


def spectral():
    model, x = Spectral(), wave(2, 3, 3, 2)
    variables = model.init(key, x, train=False)
    y, changed = model.apply(variables, x, train=True, mutable=["batch_stats"])
    loss = lambda params: jnp.sum(model.apply({**variables, "params": params}, x, train=False) ** 2)
    return variables, y, changed, model.apply({**variables, **changed}, x, train=False), jax.grad(loss)(variables["params"])


class DenseLoRA(nn.Module):
    features: int
    rank: int

    def setup(self):
        self.child = nn.Dense(self.features)
        nn.share_scope(self, self.child)

    @nn.compact
    def __call__(self, x):
        a = self.param("A", nn.initializers.normal(), (x.shape[-1], self.rank))
        b = self.param("B", nn.initializers.normal(), (self.rank, self.features))
        return self.child(x) + x @ a @ b


class Shared(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.BatchApply(nn.Dense(3))(DenseLoRA(4, rank=2)(x))


def shared():
    variables = Shared().init(key, wave(2, 3, 4))
    return variables, Shared().apply(variables, wave(2, 3, 4))


class Block(nn.Module):
    size: int = 4

    @nn.compact
    def __call__(self, x):
        return x + 0.5 * jnp.tanh(nn.Dense(self.size)(x))


class Deep(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.remat_scan(Block, lengths=(2, 3))(name="deep")(x)
        return nn.remat_scan(Block, lengths=(2,))(4)(x)


def deep():
    variables = Deep().init(key, wave(3, 4))
    loss = lambda v: jnp.sum(jnp.sin(Deep().apply(v, wave(3, 4))))
    return variables, loss(variables), jax.grad(loss)(variables)


class Tangents(nn.Module):
    @nn.compact
    def __call__(self, x):
        layer = nn.Dense(3)
        layer(x)
        params = layer.variables["params"]
        f = lambda module, x: jnp.sin(module(x))
        y, tangent = nn.jvp(f, layer, (x,), (jnp.cos(x),), {"params": jax.tree.map(jnp.ones_like, params)})
        return y, tangent, nn.jvp(f, layer, (x,), (jnp.ones_like(x),), {})[1]


class OwnGradient(nn.Module):
    @nn.compact
    def __call__(self, x):
        def f(module, x):
            return module(x) ** 2

        def forward(module, x):
            return f(module, x), (x, module.variables["params"])

        def backward(residuals, tangent):
            x, params = residuals
            return {"params": jax.tree.map(lambda p: jnp.sign(p) + tangent.sum(), params)}, x * 2

        return nn.custom_vjp(f, forward, backward)(nn.Dense(3), x)


def tangents():
    variables = Tangents().init(key, wave(2, 4))
    return variables, Tangents().apply(variables, wave(2, 4))


def own_gradient():
    model = OwnGradient()
    variables = model.init(key, wave(2, 4))
    loss = lambda v, x: jnp.sum(model.apply(v, x))
    return model.apply(variables, wave(2, 4)), jax.grad(loss, (0, 1))(variables, wave(2, 4))


def intercepted():
    def doubled(next_fun, args, kwargs, context):
        y = next_fun(*args, **kwargs)
        return 2 * y if isinstance(context.module, nn.Dense) and context.method_name == "__call__" else y

    def shifted(next_fun, args, kwargs, context):
        return next_fun(*args, **kwargs) + 1.0

    model = nn.Sequential([Block(), nn.relu, nn.Dense(2)])
    variables = model.init(key, wave(3, 4))
    with nn.intercept_methods(doubled), nn.intercept_methods(shifted):
        y = model.apply(variables, wave(3, 4))
    return variables, y, model.apply(variables, wave(3, 4))


runs = (spectral, shared, deep, tangents, own_gradient, intercepted)
cases = {run.__name__: lambda run=run: jax.tree.leaves(run()) for run in runs}
found = nn.Sequential([Block(), Block(4)]).module_paths(key, wave(3, 4))
texts = {
    "spectral": paths(Spectral().init(key, wave(2, 3, 3, 2), train=False)),
    "shared": paths(Shared().init(key, wave(2, 3, 4))),
    "deep": paths(Deep().init(key, wave(3, 4))),
    "found": " ".join(f"{path}:{type(module).__name__}" for path, module in found.items()),
}
