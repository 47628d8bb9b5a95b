"""Haiku's transforms of functions with modules, its interceptors and its names."""
import dataclasses

import haiku as hk
import jax
import jax.numpy as jnp

key = jax.random.PRNGKey(5)


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


def names(tree):
    return " ".join(f"{module}:{name}{leaf.shape}" for module, entries in tree.items() for name, leaf in entries.items())


def noisy(x):
    return x + 0.1 * jax.random.normal(hk.next_rng_key(), x.shape)


def counted(x):
    count = hk.get_state("count", [], init=jnp.zeros)
    hk.set_state("count", count + 1)
    return noisy(hk.Linear(4)(x)) * (count + 1)


def checkpointed(x):
    x = hk.remat(lambda x: jnp.tanh(counted(x)))(noisy(x))
    y = hk.remat(lambda x: hk.Linear(3)(noisy(x)))(x)
    return y, hk.Linear(2)(noisy(x))


def scanned(x):
    layer = hk.Linear(4)

    def step(c, row):
        count = hk.get_state("steps", [], init=jnp.zeros)
        hk.set_state("steps", count + 1)
        c = jnp.tanh(layer(noisy(c)) + row)
        return c, c.sum() * count

    c, ys = hk.scan(step, x[0], x)
    back, zs = hk.scan(step, x[0], x, reverse=True)
    return c, ys, back, zs, hk.map(lambda row: noisy(row), x), noisy(x)


def branched(x):
    first, second = hk.Linear(4, name="first"), hk.Linear(4, name="second")
    if hk.running_init():
        return first(x), second(x)
    y = hk.cond(x.sum() > 0, lambda x: noisy(first(x)), second, x)
    z = hk.switch(1, [first, lambda x: noisy(second(x))], x)
    return y, z, noisy(x)


def looped(x):
    layer = hk.Linear(4)
    y = hk.fori_loop(0, 3, lambda i, x: jnp.tanh(layer(noisy(x))), x)
    if hk.running_init():
        return layer(y)
    return hk.while_loop(lambda x: x.mean() < 0.2, lambda x: layer(x) + 0.3, y), noisy(x)


def mapped(x):
    layer = hk.Linear(3)
    same = hk.vmap(lambda row: noisy(layer(row)), split_rng=False)(x)
    split = hk.vmap(lambda row: noisy(layer(row)), split_rng=not hk.running_init())(x)
    return same, split, hk.vmap(lambda a, b: layer(a) + b, in_axes=(0, None), split_rng=False)(x, jnp.ones(3)), noisy(x)


def differentiated(x):
    layer = hk.Linear(3)
    y, g = hk.value_and_grad(lambda x: jnp.sum(layer(noisy(x)) ** 2))(x)
    h, aux = hk.grad(lambda x: (jnp.sum(jnp.sin(layer(x))), layer(x)), has_aux=True)(x)
    return y, g, h, aux, noisy(x)


class Block(hk.Module):
    def __init__(self, size, name=None):
        super().__init__(name=name)
        self.size = size

    def __call__(self, x):
        y = hk.LayerNorm(axis=-1, create_scale=True, create_offset=True)(x)
        return x + hk.dropout(hk.next_rng_key(), 0.25, hk.Linear(self.size)(y))


def stacked(x):
    y = hk.layer_stack(3)(lambda x: Block(4)(x))(x)

    def with_inputs(x, scale):
        y = Block(4, name="inner")(x) * scale
        return y, y.mean()

    z, sums = hk.layer_stack(2, with_per_layer_inputs=True, name="scaled")(with_inputs)(y, jnp.array([1.0, 0.5]))
    return hk.experimental.layer_stack(2)(lambda a, b: (Block(4)(a), a + b))(z, x), sums, noisy(x)


def lifted(x):
    inner = hk.transform_with_state(lambda x: hk.BatchNorm(True, True, 0.9)(hk.Linear(3)(x), is_training=True))
    init, updater = hk.lift_with_state(inner.init, name="inner")
    params, state = init(hk.maybe_next_rng_key(), x)
    y, state = inner.apply(params, state, None, x)
    updater.update(state)
    plain = hk.transform(lambda x: hk.Linear(2)(x))
    several = jax.vmap(plain.init, in_axes=(0, None))
    ensemble = hk.lift(several, name="ensemble")(hk.next_rng_keys(3), x)
    z = jax.vmap(plain.apply, in_axes=(0, None, None))(ensemble, None, x)
    return y, z, plain.apply(hk.transparent_lift(plain.init)(hk.next_rng_key(), x), None, x)


def intercepted(x):
    def doubled(next_getter, value, context):
        return next_getter(value) * 2 if context.name == "w" else next_getter(value)

    def ones(next_creator, shape, dtype, init, context):
        return next_creator(shape, dtype, jnp.ones if context.full_name.endswith("/b") else init)

    def halved(next_f, args, kwargs, context):
        y = next_f(*args, **kwargs)
        return y / 2 if context.method_name == "__call__" and isinstance(context.module, hk.Linear) else y

    def kept_small(next_setter, value, context):
        return next_setter(jnp.minimum(value, 0.5))

    with hk.custom_getter(doubled), hk.custom_creator(ones), hk.custom_setter(kept_small):
        y = counted(x)
    with hk.intercept_methods(halved):
        z = Block(4)(x)
    return y, z


@dataclasses.dataclass
class Described(hk.Module):
    size: int
    layers: int = 2
    name: str = "described"

    def __call__(self, x):
        for _ in range(self.layers):
            x = jnp.tanh(hk.Linear(self.size)(x))
        return self.last(x)

    @hk.transparent
    def last(self, x):
        return hk.Linear(2, name="last")(x)


def named(x):
    with hk.name_scope("outer/scope"):
        y = hk.Linear(2)(x)
    with hk.name_scope("other", method_name="encode"):
        y = y + Described(3)(x)
    z = Described(3, name="again")(x) + hk.Linear(2, name=hk.force_name("shared/linear"))(x)
    return y + z + hk.to_module(lambda x: hk.Linear(2)(x))(name="wrapped")(x)


functions = {
    "checkpointed": (checkpointed, wave(3, 4)),
    "scanned": (scanned, wave(3, 4)),
    "branched": (branched, wave(3, 4)),
    "looped": (looped, wave(3, 4)),
    "mapped": (mapped, wave(3, 4)),
    "differentiated": (differentiated, wave(3, 4)),
    "stacked": (stacked, wave(3, 4)),
    "lifted": (lifted, wave(3, 4)),
    "intercepted": (intercepted, wave(3, 4)),
    "named": (named, wave(3, 4)),
}


def function_case(f, x):
    def run():
        f_ = hk.transform_with_state(f)
        params, state = f_.init(key, x)
        y, state_after = f_.apply(params, state, jax.random.fold_in(key, 1), x)
        compiled = jax.jit(f_.apply)(params, state, jax.random.fold_in(key, 2), x)

        def loss(params):
            y = f_.apply(params, state, jax.random.fold_in(key, 1), x)[0]
            return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(y))

        gradients = [] if f is looped else jax.grad(loss)(params)
        return jax.tree.leaves((params, state, y, state_after, compiled, gradients))

    return run


def taken_apart():
    f = hk.transform(lambda x: hk.nets.MLP([3, 2])(x))
    params = f.init(key, wave(3, 4))
    weights, biases = hk.data_structures.partition(lambda module, name, value: name == "w", params)
    doubled = hk.data_structures.map(lambda module, name, value: 2 * value, weights)
    whole = hk.data_structures.merge(doubled, biases)
    first = hk.data_structures.filter(lambda module, name, value: module.endswith("_0"), whole)
    return jax.tree.leaves((f.apply(whole, None, wave(3, 4)), first)) + [jnp.array(hk.data_structures.tree_size(params))]


cases = {name: function_case(f, x) for name, (f, x) in functions.items()}
cases["taken_apart"] = taken_apart
texts = {name: names(hk.transform_with_state(f).init(key, x)[0]) for name, (f, x) in functions.items()}
texts.update({name + "_state": names(hk.transform_with_state(f).init(key, x)[1]) for name, (f, x) in functions.items()})
