"""Modules of Flax linen: parameters' trees and values, outputs, gradients, training."""
import dataclasses
from typing import Any, Callable, Sequence

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax import struct, traverse_util
from flax.core import FrozenDict, freeze, unfreeze
from flax.training import train_state

key = jax.random.PRNGKey(7)


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


def names(tree):
    flat = jax.tree_util.tree_flatten_with_path(tree)[0]
    return " ".join("/".join(str(part.key) for part in path) + str(leaf.shape) for path, leaf in flat)


class MLP(nn.Module):
    features: Sequence[int]
    act: Callable = nn.relu

    @nn.compact
    def __call__(self, x):
        for i, size in enumerate(self.features):
            x = nn.Dense(size)(x)
            if i != len(self.features) - 1:
                x = self.act(x)
        return x


class Named(nn.Module):
    width: int = 5

    def setup(self):
        self.layers = [nn.Dense(self.width), nn.Dense(self.width, use_bias=False)]
        self.heads = {"a": nn.Dense(2), "b": nn.Dense(3)}
        self.out = MLP([4, 2])
        self.scale = self.param("scale", nn.initializers.normal(0.5), (self.width,))

    def __call__(self, x):
        return self.out(self.encode(x)), self.heads["a"](x), self.heads["b"](x)

    def encode(self, x):
        for layer in self.layers:
            x = nn.tanh(layer(x))
        return x * self.scale


class CNN(nn.Module):
    classes: int = 3

    @nn.compact
    def __call__(self, x, train: bool):
        x = nn.Conv(features=4, kernel_size=(3, 3), use_bias=False)(x)
        x = nn.BatchNorm(use_running_average=not train, momentum=0.9)(x)
        x = nn.relu(x)
        x = nn.max_pool(x, window_shape=(2, 2), strides=(2, 2))
        x = nn.Conv(features=6, kernel_size=(3, 3), strides=2, padding="VALID")(x)
        x = nn.avg_pool(x, window_shape=(2, 2), strides=(1, 1), padding="SAME", count_include_pad=False)
        x = x.reshape((x.shape[0], -1))
        x = nn.Dropout(rate=0.25, deterministic=not train)(x)
        return nn.Dense(self.classes, name="head")(x)


class Shared(nn.Module):
    inner: nn.Module
    times: int = 2

    @nn.compact
    def __call__(self, x):
        for _ in range(self.times):
            x = self.inner(x) + x
        return nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(2)])(x)


class Counter(nn.Module):
    @nn.compact
    def __call__(self, x):
        known = self.has_variable("counts", "calls")
        calls = self.variable("counts", "calls", lambda: jnp.zeros((), jnp.int32))
        if known:
            calls.value = calls.value + 1
        self.sow("intermediates", "input", x)
        noise = jax.random.normal(self.make_rng("noise"), x.shape)
        return x + noise * self.param("amount", nn.initializers.ones, ())


class Block(nn.Module):
    width: int

    @nn.compact
    def __call__(self, x, _=None):
        y = nn.LayerNorm()(x)
        y = nn.Dense(self.width)(nn.gelu(nn.Dense(2 * self.width)(y)))
        return x + y, None


class Stack(nn.Module):
    depth: int

    @nn.compact
    def __call__(self, x):
        blocks = nn.scan(
            nn.remat(Block), variable_axes={"params": 0}, split_rngs={"params": True}, length=self.depth
        )
        x, _ = blocks(width=x.shape[-1])(x, None)
        return nn.vmap(
            nn.Dense, variable_axes={"params": 0}, split_rngs={"params": True}, in_axes=0, out_axes=0
        )(2)(x)


class Attending(nn.Module):
    @nn.compact
    def __call__(self, x, deterministic):
        mask = nn.make_causal_mask(x[..., 0])
        y = nn.MultiHeadDotProductAttention(num_heads=2, qkv_features=8, dropout_rate=0.1)(
            x, mask=mask, deterministic=deterministic
        )
        y = nn.SelfAttention(num_heads=2, normalize_qk=True)(y)
        return nn.RMSNorm()(y)


class Texts(nn.Module):
    @nn.compact
    def __call__(self, tokens):
        embed = nn.Embed(11, 6)
        x = embed(tokens)
        x = nn.RNN(nn.LSTMCell(6))(x)
        x = nn.Bidirectional(nn.RNN(nn.GRUCell(3)), nn.RNN(nn.OptimizedLSTMCell(3)))(x)
        carry, x = nn.RNN(nn.SimpleCell(6), return_carry=True, reverse=True, keep_order=True)(x)
        return embed.attend(x), carry


class Layers(nn.Module):
    @nn.compact
    def __call__(self, x):
        y = nn.ConvTranspose(3, (3, 3), strides=(2, 2))(x)
        y = nn.GroupNorm(num_groups=3)(y)
        y = nn.Conv(4, (3, 3), padding="CIRCULAR", kernel_dilation=2)(y)
        y = nn.InstanceNorm()(nn.Conv(8, (2, 2), feature_group_count=4, padding=[(1, 0), 2])(y))
        y = nn.DenseGeneral(features=(2, 3), axis=(-2, -1))(y)
        y = nn.Einsum((3, 4, 2), "abcd,dec->abec")(y)
        y = nn.PReLU()(y)
        return nn.Conv(2, 3, padding="CAUSAL")(y[0])


def module_case(module, *args, **options):
    def run():
        variables = module.init({"params": key, "dropout": jax.random.fold_in(key, 1), "noise": key}, *args, **options)
        rngs = {"dropout": jax.random.fold_in(key, 2), "noise": jax.random.fold_in(key, 3)}
        y, changed = module.apply(variables, *args, **options, rngs=rngs, mutable=True)

        def loss(params):
            y = module.apply({**variables, "params": params}, *args, **options, rngs=rngs, mutable=True)[0]
            return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(y))

        return variables, y, changed, jax.grad(loss)(variables["params"])

    return run


modules = {
    "mlp": (MLP([8, 6, 3]), wave(4, 5)),
    "named": (Named(), wave(4, 3)),
    "shared": (Shared(MLP([4, 4], act=nn.tanh)), wave(2, 4)),
    "shared_outside": (Shared(inner=nn.Dense(4), times=3), wave(2, 4)),
    "counter": (Counter(), wave(3)),
    "stack": (Stack(3), wave(2, 4)),
    "texts": (Texts(), jnp.array([[1, 2, 3, 4], [5, 6, 7, 10]])),
    "layers": (Layers(), wave(2, 5, 5, 3)),
}
cases = {name: module_case(module, x) for name, (module, x) in modules.items()}
cases["cnn"] = module_case(CNN(), wave(2, 9, 9, 2), train=True)
cases["cnn_still"] = module_case(CNN(), wave(2, 9, 9, 2), train=False)
cases["attention"] = module_case(Attending(), wave(2, 4, 6), deterministic=False)


class State(train_state.TrainState):
    batch_stats: Any
    key: Any


def trained():
    model = CNN()
    x, labels = wave(4, 9, 9, 2), jnp.array([0, 2, 1, 1])
    variables = model.init(key, x, train=False)
    state = State.create(
        apply_fn=model.apply,
        params=variables["params"],
        batch_stats=variables["batch_stats"],
        key=jax.random.fold_in(key, 5),
        tx=optax.adamw(1e-2),
    )

    @jax.jit
    def step(state, x, labels):
        dropout_key = jax.random.fold_in(state.key, state.step)

        def loss_fn(params):
            logits, updates = state.apply_fn(
                {"params": params, "batch_stats": state.batch_stats},
                x,
                train=True,
                rngs={"dropout": dropout_key},
                mutable=["batch_stats"],
            )
            loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
            return loss, (logits, updates)

        (loss, (logits, updates)), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
        state = state.apply_gradients(grads=grads, batch_stats=updates["batch_stats"])
        return state, loss

    losses = []
    for _ in range(5):
        state, loss = step(state, x, labels)
        losses.append(loss)
    return losses, state.params, state.batch_stats, state.step


@struct.dataclass
class Pair:
    left: Any
    right: Any = 2.0
    label: str = struct.field(pytree_node=False, default="x")


def structures():
    pair = Pair(wave(2)).replace(right=wave(3))
    doubled = jax.tree.map(lambda x: 2 * x, pair)
    tree = freeze({"a": {"b": wave(2), "c": wave(3)}})
    flat = traverse_util.flatten_dict(unfreeze(tree), sep="/")
    scaled = traverse_util.path_aware_map(lambda path, x: x * len(path[-1]), unfreeze(tree))
    return doubled, tree, tree["a"]["b"], tree.copy({"d": wave(1)}), flat["a/c"], scaled


def bound():
    module = Named()
    variables = module.init(key, wave(4, 3))
    encoded = module.apply(variables, wave(4, 3), method=module.encode)
    same = module.apply(variables, wave(4, 3), method="encode")
    whole = module.bind(variables)
    _, state = module.apply(variables, wave(4, 3), capture_intermediates=True, mutable=["intermediates"])
    return encoded, same, whole.encode(wave(4, 3)), whole.heads["a"](wave(4, 3)), state


def decoded():
    module = nn.MultiHeadDotProductAttention(num_heads=2, qkv_features=8, decode=True)
    x = wave(1, 4, 6)
    variables = module.init(key, x)
    cache, outputs = variables["cache"], []
    for i in range(4):
        y, changed = module.apply({"params": variables["params"], "cache": cache}, x[:, i : i + 1], mutable=["cache"])
        cache = changed["cache"]
        outputs.append(y)
    return outputs, cache


def lifted():
    class Loop(nn.Module):
        @nn.compact
        def __call__(self, x):
            dense = nn.Dense(3)
            x = dense(x)
            scale = self.variable("state", "scale", lambda: jnp.float32(1.0))
            if self.is_initializing():
                return x

            def body(module, carry):
                module.put_variable("state", "scale", module.get_variable("state", "scale") * 0.5)
                return carry[0] + 1, carry[1] * 0.5

            _, x = nn.while_loop(lambda module, c: c[0] < 3, body, self, (0, x), carry_variables="state")
            return nn.cond(jnp.sum(x) > 0, lambda module, x: x * scale.value, lambda module, x: x - scale.value, self, x)

    module = Loop()
    variables = module.init(key, wave(2, 4))
    return module.apply(variables, wave(2, 4), mutable=["state"])


def in_order(run):
    return lambda: jax.tree.leaves(run())


cases.update(trained=trained, structures=structures, bound=bound, decoded=decoded, lifted=lifted)
cases = {name: in_order(run) for name, run in cases.items()}
texts = {name: names(module.init({"params": key, "noise": key}, x)) for name, (module, x) in modules.items()}
texts["cnn"] = names(CNN().init(key, wave(2, 9, 9, 2), train=False))
texts["flat"] = str(list(traverse_util.flatten_dict({"a": {"b": 1, "c": {}}, "d": 2}, keep_empty_nodes=False).items()))
texts["frozen"] = repr(freeze({"a": {"b": 1}}))
texts["module"] = repr(nn.Dense(3).features) + nn.Dense.__name__
