"""Transforms of Flax nnx over modules, recurrent cells, low-rank updates, and streams of keys."""
import jax
import jax.numpy as jnp
import optax
from flax import nnx


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


plain = nnx.Not(nnx.RngKey)


def values(tree):
    return jax.tree.leaves(tree)


def names(state):
    return " ".join(".".join(str(key) for key in path) for path, _ in sorted(nnx.to_flat_state(state)))


class Block(nnx.Module):
    def __init__(self, size, *, rngs):
        self.linear = nnx.Linear(size, size, rngs=rngs)
        self.bn = nnx.BatchNorm(size, rngs=rngs)
        self.dropout = nnx.Dropout(0.25, rngs=rngs)

    def __call__(self, x):
        return jnp.tanh(self.dropout(self.bn(self.linear(x))))


class Counter(nnx.Variable):
    pass


class Counting(nnx.Module):
    def __init__(self, *, rngs):
        self.linear = nnx.Linear(4, 4, rngs=rngs)
        self.calls = Counter(jnp.array(0))

    def __call__(self, x):
        self.calls.value += 1
        return self.linear(x) * self.calls.value


def stacked():
    @nnx.split_rngs(splits=3)
    @nnx.vmap(in_axes=0, out_axes=0)
    def make(rngs):
        return Block(4, rngs=rngs)

    @nnx.scan(in_axes=(0, nnx.Carry), out_axes=nnx.Carry)
    def forward(model, x):
        return model(x)

    rngs = nnx.Rngs(0)
    model = make(rngs)
    x = wave(5, 4)
    y = forward(model, x)
    loss, grads = nnx.value_and_grad(lambda model: jnp.sum(jnp.sin(forward(model, x))))(model)
    optimizer = nnx.Optimizer(model, optax.sgd(1e-1), wrt=nnx.Param)
    optimizer.update(model, grads)
    return y, loss, values(grads), values(nnx.state(model, plain)), rngs.default.count.value


def with_axes():
    model = Counting(rngs=nnx.Rngs(1))
    axes = nnx.StateAxes({nnx.Param: None, Counter: nnx.Carry})

    @nnx.scan(in_axes=(axes, nnx.Carry, 0), out_axes=(nnx.Carry, 0))
    def run(model, c, x):
        y = jnp.tanh(model(x) + c)
        return y, y.sum()

    c, ys = run(model, jnp.zeros(4), wave(3, 4))

    @nnx.scan(in_axes=(axes, 0), out_axes=1, reverse=True)
    def each(model, x):
        return model(x)

    zs = each(model, wave(3, 4))
    ensemble = nnx.vmap(lambda rngs: nnx.Linear(4, 2, rngs=rngs))(nnx.Rngs(2).split(3))
    out = nnx.vmap(lambda model, x: model(x), in_axes=(0, None), out_axes=1)(ensemble, wave(5, 4))
    mapped = nnx.vmap(lambda model, x: model(x), in_axes=(nnx.StateAxes({nnx.Param: None, ...: None}), 0))
    return c, ys, zs, model.calls.value, out, mapped(nnx.Linear(4, 2, rngs=nnx.Rngs(3)), wave(5, 4))


def branches():
    first, second = Counting(rngs=nnx.Rngs(1)), Counting(rngs=nnx.Rngs(2))
    x = wave(3, 4)
    y = nnx.cond(x.sum() > 0, lambda a, b, x: a(x), lambda a, b, x: b(x), first, second, x)
    z = nnx.switch(1, [lambda a, x: x, lambda a, x: a(x)], first, x)

    def body(carry):
        model, x = carry
        return model, jnp.tanh(model(x)) + 0.5

    _, w = nnx.while_loop(lambda carry: carry[0].calls.value < 5, body, (second, x))
    model, v = nnx.fori_loop(0, 3, lambda i, carry: body(carry), (first, x))
    return y, z, w, v, first.calls.value, second.calls.value, model.calls.value


def checkpointed():
    model = Block(4, rngs=nnx.Rngs(0))

    @nnx.jit
    def loss_of(model, x):
        loss, grads = nnx.value_and_grad(lambda model: jnp.sum(nnx.remat(lambda m, x: m(x))(model, x) ** 2))(model)
        return loss, grads

    loss, grads = loss_of(model, wave(5, 4))
    return loss, values(grads), values(nnx.state(model, plain))


class Reader(nnx.Module):
    def __init__(self, cell, *, rngs, **options):
        self.embed = nnx.Embed(11, 4, rngs=rngs)
        self.rnn = nnx.RNN(cell(4, 3, rngs=rngs), **options)
        self.head = nnx.Linear(3, 2, rngs=rngs)

    def __call__(self, tokens, **options):
        return self.head(self.rnn(self.embed(tokens), **options))


tokens, lengths = jnp.array([[1, 2, 3, 4], [5, 6, 10, 0]]), jnp.array([4, 2])


def reader(cell, **options):
    def run():
        model = Reader(cell, rngs=nnx.Rngs(4), **options)
        before = values(nnx.state(model, plain))
        y = model(tokens)
        z = model(tokens, seq_lengths=lengths, reverse=True, keep_order=True)
        loss, grads = nnx.value_and_grad(lambda model: jnp.sum(jnp.sin(model(tokens))))(model)
        carry, outputs = model.rnn(wave(2, 4, 4), seq_lengths=lengths, return_carry=True)
        return before, y, z, loss, values(grads), carry, outputs, values(nnx.state(model, nnx.RngCount))

    return run


def both_ways():
    rngs = nnx.Rngs(5)
    forward, backward = nnx.RNN(nnx.LSTMCell(4, 3, rngs=rngs)), nnx.RNN(nnx.GRUCell(4, 3, rngs=rngs))
    model = nnx.Bidirectional(forward, backward)
    carry, y = model(wave(2, 5, 4), return_carry=True)
    return carry, y, model(wave(2, 5, 4), seq_lengths=lengths)


def low_rank():
    model = nnx.Sequential(nnx.LoRALinear(4, 3, lora_rank=2, rngs=nnx.Rngs(0)), nnx.Linear(3, 2, rngs=nnx.Rngs(1)))
    wrapped = nnx.LoRA(3, 2, 2, base_module=model.layers[1], rngs=nnx.Rngs(2), b_initializer=nnx.initializers.ones)
    x = wave(5, 4)
    loss = lambda model: jnp.sum(model(x) ** 2)
    grads = nnx.grad(loss, argnums=nnx.DiffState(0, nnx.LoRAParam))(model)
    norm = nnx.InstanceNorm(2, rngs=nnx.Rngs(3))
    return model(x), values(grads), values(nnx.state(model, nnx.LoRAParam)), wrapped(wave(5, 3)), norm(wave(2, 3, 2))


def streams():
    rngs = nnx.Rngs(0, dropout=1, noise=2)
    keys = lambda: [jax.random.key_data(stream()) for stream in (rngs.dropout, rngs.noise, rngs.params)]
    before = keys()
    dropout = nnx.Dropout(0.5, rngs=rngs)
    y = dropout(jnp.ones(8))
    nnx.reseed(dropout, dropout=7)
    z = dropout(jnp.ones(8))
    with nnx.fork_rngs(rngs):
        inside = keys()
    drawn = rngs.noise.normal((2,)), rngs.uniform((2,))
    return before, y, z, inside, keys(), drawn, [stream.count.value for _, stream in rngs.items()], jnp.array(len(rngs))


def in_order(run):
    return lambda: jax.tree.leaves(run())


cases = {
    "stacked": stacked,
    "with_axes": with_axes,
    "branches": branches,
    "checkpointed": checkpointed,
    "lstm": reader(nnx.LSTMCell),
    "optimized_lstm": reader(nnx.OptimizedLSTMCell, time_major=False),
    "gru": reader(nnx.GRUCell, unroll=2),
    "simple": reader(nnx.SimpleCell),
    "both_ways": both_ways,
    "low_rank": low_rank,
    "streams": streams,
}
cases = {name: in_order(run) for name, run in cases.items()}
texts = {
    "lstm": names(nnx.state(Reader(nnx.LSTMCell, rngs=nnx.Rngs(4)))),
    "low_rank": names(nnx.state(nnx.LoRALinear(4, 3, lora_rank=2, rngs=nnx.Rngs(0)))),
}
