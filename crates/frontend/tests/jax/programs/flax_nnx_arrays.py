"""Objects of Flax nnx that hold arrays without variables, objects that are made under transforms, and trees of states."""

import math

import jax
import jax.numpy as jnp
import optax
from flax import nnx


def wave(*shape):
    return jnp.sin(jnp.arange(1.0, 1.0 + math.prod(shape))).reshape(shape)


class Line(nnx.Module):
    def __init__(self, rngs):
        self.w = jax.random.normal(rngs.params(), (3, 2))
        self.b = jnp.zeros(2)

    def __call__(self, x):
        return x @ self.w + self.b


class Counted(nnx.Module):
    def __init__(self, rngs):
        self.count = jnp.array(0)
        self.scale = nnx.Param(jnp.ones(2))
        self.lines = nnx.List([Line(rngs)])

    def __call__(self, x):
        self.count = self.count + 1
        return self.lines[0](x) * self.scale


def is_weight(path, value):
    return path[-1] in ("w", "b")


def loss_of(model, x):
    return jnp.mean((model(x) - 1.0) ** 2)


def trained():
    model = Counted(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(0.1), wrt=is_weight)

    @nnx.jit
    def step(model, optimizer, x):
        loss, grads = nnx.value_and_grad(loss_of, argnums=nnx.DiffState(0, is_weight))(model, x)
        optimizer.update(model, grads)
        return loss

    losses = [step(model, optimizer, wave(4, 3)) for _ in range(3)]
    return losses, model.count, model.lines[0].w, model.lines[0].b, model.scale[...]


def apart():
    model = Counted(nnx.Rngs(0))
    graphdef, weights, rest = nnx.split(model, is_weight, ...)
    changed = jax.tree.map(lambda x: x * 2.0, weights)
    other = nnx.merge(graphdef, changed, rest)
    nnx.update(model, jax.tree.map(lambda x: x + 1.0, weights))
    y = other(wave(2, 3))
    return y, other.count, model.count, model.lines[0].w, jax.tree.leaves(nnx.state(model)), jax.tree.leaves(nnx.clone(other))


class Stack(nnx.Module):
    @nnx.vmap
    def __init__(self, seed):
        self.kernel = nnx.Param(jax.random.uniform(jax.random.key(seed), (2, 3)))
        self.bias = nnx.Param(jnp.zeros((3,)))

    @nnx.vmap(in_axes=0, out_axes=1)
    def __call__(self, x):
        return x @ self.kernel + self.bias


def made_in_vmap():
    stack = Stack(jnp.arange(4))
    return stack.kernel[...], stack.bias[...], stack(wave(4, 2))


def model_and_loss():
    model = nnx.Sequential(nnx.Linear(3, 4, rngs=nnx.Rngs(0)), jnp.tanh, nnx.Linear(4, 2, rngs=nnx.Rngs(1)))
    return model, lambda model: loss_of(model, wave(5, 3))


def by_kind():
    model, loss = model_and_loss()
    kinds = nnx.map_state(lambda path, value: list(path)[-1], nnx.state(model, nnx.Param))
    rates = {"kernel": optax.adam(0.1), "bias": optax.sgd(0.5)}
    optimizer = nnx.Optimizer(model, optax.partition(rates, kinds), wrt=nnx.Param)
    for _ in range(2):
        optimizer.update(model, nnx.grad(loss)(model))
    return jax.tree.leaves(nnx.state(model))


def searched():
    model, loss = model_and_loss()
    optimizer = nnx.Optimizer(model, optax.lbfgs(), wrt=nnx.Param)
    graphdef = nnx.graphdef(model)
    for _ in range(2):
        value, grads = nnx.value_and_grad(loss)(model)
        optimizer.update(model, grads, grad=grads, value=value, value_fn=lambda state: loss(nnx.merge(graphdef, state)))
    return jax.tree.leaves(nnx.state(model))


def in_place():
    model = Counted(nnx.Rngs(0))
    try:
        model.scale += 1.0
    except NotImplementedError:
        model.scale[...] += 1.0
    return model.scale[...]


def of_array_type():
    model = Counted(nnx.Rngs(0))
    kinds = [isinstance(x, jax.Array) for x in (model, model.scale, model.count, 1, "text", [], jnp.ones(2))]
    inside = jax.jit(lambda x: jnp.float32(isinstance(x, jnp.ndarray)))(2)
    return jnp.array(kinds), inside


def in_order(run):
    return lambda: jax.tree.leaves(run())


cases = {
    "trained": trained,
    "apart": apart,
    "made_in_vmap": made_in_vmap,
    "by_kind": by_kind,
    "searched": searched,
    "in_place": in_place,
    "of_array_type": of_array_type,
}
cases = {name: in_order(run) for name, run in cases.items()}
