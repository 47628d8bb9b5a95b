"""Parts of nnx and linen that few programs use: normed weights, derivatives of modules' own, boxes around parameters."""
import functools

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax import nnx

x = jnp.sin(jnp.arange(6.0)).reshape(2, 3)


def values(tree):
    """The arrays of an object's state."""
    return [v[...] for _, v in nnx.to_flat_state(nnx.state(tree, nnx.Param, nnx.BatchStat)[0])] + [
        v[...] for _, v in nnx.to_flat_state(nnx.state(tree, nnx.BatchStat))
    ]


def weights_normed():
    results = []
    for options in (dict(), dict(feature_axes=None, use_scale=False), dict(variable_filter=nnx.Param, epsilon=1e-3)):
        layer = nnx.WeightNorm(nnx.Linear(3, 4, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1), **options)
        results += [layer(x), layer.layer_instance.kernel[...]]
    loss = lambda layer: jnp.sum(layer(x) ** 3)
    layer = nnx.WeightNorm(nnx.Linear(3, 4, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1))
    gradient = nnx.grad(loss)(layer)
    return results, gradient["layer_instance"]["kernel"][...]


def spectra_normed():
    layer = nnx.SpectralNorm(nnx.Conv(3, 4, (2,), rngs=nnx.Rngs(0)), n_steps=2, rngs=nnx.Rngs(1))
    y = jnp.stack([x, 2 * x])
    layer.eval()
    first = layer(y)
    layer.train()
    second = layer(y)
    third = layer(y, update_stats=False)
    loss = lambda layer: jnp.sum(layer(y) ** 2)
    gradient = nnx.grad(loss)(layer)
    return first, second, third, values(layer), gradient["layer_instance"]["kernel"][...]


def slopes():
    layer = nnx.PReLU(0.2)
    return layer(x), nnx.grad(lambda layer: jnp.sum(layer(x) ** 2))(layer)["negative_slope"][...]


class Net(nnx.Module):
    def __init__(self, rngs):
        self.first, self.second = nnx.Linear(3, 4, rngs=rngs), nnx.Linear(4, 2, rngs=rngs)

    def __call__(self, x):
        hidden = jnp.tanh(self.first(x))
        self.sow(nnx.Intermediate, "hidden", hidden)
        return self.second(hidden)


def sown_under_jit():
    net = Net(nnx.Rngs(0))
    call = nnx.jit(lambda net, x: net(x))
    y = call(net, x)
    call(net, 2 * x)
    kept = nnx.pop(net, nnx.Intermediate)

    @nnx.jit
    def taken(net, x):
        return net(x), nnx.pop(net, nnx.Intermediate)

    again, inner = taken(net, x)
    return y, list(kept["hidden"].get_value()), again, list(inner["hidden"].get_value()), hasattr(net, "hidden")


def made_under_jit():
    @nnx.jit
    def make(scale):
        net = Net(nnx.Rngs(3))
        net.second.kernel[...] = net.second.kernel[...] * scale
        return net, scale + 1

    net, scale = make(jnp.float32(0.5))
    return net(x), scale


def averaged():
    net = Net(nnx.Rngs(0))
    optimizer = nnx.Optimizer(net, optax.sgd(0.1), wrt=nnx.Param)
    ema = nnx.EMA(net, decay=0.9, only=nnx.Param)
    smooth = ema.apply_to(net)
    for _ in range(3):
        optimizer.update(net, nnx.grad(lambda net: jnp.mean(net(x) ** 2), argnums=nnx.DiffState(0, nnx.Param))(net))
        nnx.pop(net, nnx.Intermediate)
        ema.update(net)
    return [v[...] for _, v in nnx.to_flat_state(nnx.state(smooth, nnx.Param))], smooth(x)


def states():
    net = Net(nnx.Rngs(0))
    doubled = nnx.map(lambda path, v: v.replace(v[...] * 2) if "kernel" in path else v, net)
    shared = nnx.state(net)
    net.first.bias[...] = net.first.bias[...] + 1.0
    kernels, rest = nnx.split_state(shared, nnx.PathContains("kernel"), ...)
    merged = nnx.merge_state(kernels, rest)
    pair = nnx.List([net.first, net.first])
    duplicates = nnx.find_duplicates(pair)
    assert len(duplicates) == 1 and len(duplicates[0]) == 2
    assert [path for path, _ in nnx.iter_modules(net)] is not None
    assert sorted(name for name, _ in nnx.iter_children(net)) == ["first", "second"]
    graphdef, state = nnx.split(net)
    y, (_, after) = graphdef.apply(state)(x)
    train = nnx.TrainState.create(graphdef, params=nnx.state(net, nnx.Param), tx=optax.adam(0.1))
    train = train.apply_gradients(jax.tree.map(jnp.ones_like, train.params))
    return [
        doubled(x), shared["first"]["bias"][...], merged["second"]["kernel"][...],
        nnx.filter_state(shared, nnx.PathContains("bias"))["first"]["bias"][...], y, train.params["second"]["bias"][...],
        train.step,
    ]


class Pair(nnx.Module):
    def __init__(self, a, b):
        self.a, self.b = nnx.Param(a), nnx.Param(b)


def own_derivatives():
    @nnx.custom_vjp
    def product(m, x):
        return jnp.sin(m.a[...]) * m.b[...] * x

    def forward(m, x):
        return product(m, x), (jnp.cos(m.a[...]), m, x)

    def backward(residuals, gradients):
        (of_m, _), of_y = gradients
        cosine, m, x = residuals
        of_m = jax.tree.map(lambda v: v, of_m)
        of_m["a"][...] = cosine * of_y * m.b[...] * x
        of_m["b"][...] = 2.0 * jnp.sin(m.a[...]) * of_y * x
        return of_m, 10.0 * of_y

    product.defvjp(forward, backward)
    m = Pair(jnp.float32(0.7), jnp.float32(-1.5))
    of_m = nnx.grad(product)(m, jnp.float32(3.0))
    of_x = nnx.grad(lambda m, x: product(m, x) ** 2, argnums=1)(m, jnp.float32(3.0))
    return product(m, jnp.float32(3.0)), of_m["a"][...], of_m["b"][...], of_x


class Boxed(nn.Module):
    @nn.compact
    def __call__(self, x):
        named = nn.with_partitioning(nn.initializers.lecun_normal(), ("in", "out"))
        x = nn.Dense(4, kernel_init=named)(x)
        x = nn.with_logical_constraint(x, ("batch", "embed"))
        scale = self.param("scale", nn.with_logical_partitioning(nn.initializers.ones, ("embed",)), (4,))
        count = self.variable("stats", "count", nn.with_partitioning(lambda: jnp.zeros(4), ("embed",)))
        if self.is_mutable_collection("stats"):
            count.value = count.value + x.sum(0)
        return x * scale


def boxes():
    with nn.logical_axis_rules([("batch", "data"), ("embed", None)]):
        variables = Boxed().init(jax.random.key(0), x)
    kernel = variables["params"]["Dense_0"]["kernel"]
    assert isinstance(kernel, nn.Partitioned) and kernel.names == ("in", "out")
    assert isinstance(variables["params"]["scale"], nn.LogicallyPartitioned)
    y, changed = Boxed().apply(variables, x, mutable=["stats"])
    assert isinstance(changed["stats"]["count"], nn.Partitioned)
    plain = nn.unbox(variables)
    gradient = jax.grad(lambda p: jnp.sum(Boxed().apply({**variables, "params": p}, x) ** 2))(variables["params"])
    return y, nn.unbox(changed), plain, Boxed().apply(plain, x), nn.unbox(gradient)


class Stacked(nn.Module):
    @nn.compact
    def __call__(self, x):
        layer = functools.partial(nn.Dense, 3, kernel_init=nn.with_partitioning(nn.initializers.normal(), ("in", "out")))
        cell = nn.scan(
            lambda self, carry, _: (jnp.tanh(layer(name="inner")(carry)), None),
            variable_axes={"params": 0},
            split_rngs={"params": True},
            length=3,
            metadata_params={nn.PARTITION_NAME: "layers"},
        )
        return cell(self, x, None)[0]


def stacked_boxes():
    variables = Stacked().init(jax.random.key(0), x)
    kernel = variables["params"]["inner"]["kernel"]
    assert kernel.names == ("layers", "in", "out")
    return nn.unbox(variables), Stacked().apply(variables, x)


def without_values():
    """Parameters of the shapes that an abstract input has."""
    shapes = jax.eval_shape(Boxed().init, jax.random.key(0), jax.ShapeDtypeStruct((2, 3), jnp.float32))
    return jnp.array([leaf.shape[0] for leaf in jax.tree.leaves(shapes)])


parts = [
    weights_normed, spectra_normed, slopes, sown_under_jit, made_under_jit, averaged, states, own_derivatives, boxes,
    stacked_boxes, without_values,
]
cases = {part.__name__: lambda part=part: jax.tree.leaves(part()) for part in parts}
