"""Recurrent cells and state-space models, rolled by scan and transformed in every order."""

import jax
import jax.numpy as jnp
from jax import lax


def gates(w, x, h, n):
    return jnp.split(jnp.concatenate([x, h]) @ w, n)


def long_memory(w, x):
    """A layer of LSTM cells; all states and the last one."""
    def step(state, x):
        h, c = state
        i, f, g, o = gates(w, x, h, 4)
        c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zero = jnp.zeros(w.shape[1] // 4)
    return lax.scan(step, (zero, zero), x)


#: long_memory(normal(5, 8), normal(4, 3))


def gated_unit(w, candidate, x):
    def step(h, x):
        r, z = gates(jax.nn.sigmoid(w), x, h, 2)
        n = jnp.tanh(jnp.concatenate([x, r * h]) @ candidate)
        return (1 - z) * n + z * h, h

    return lax.scan(step, jnp.zeros(candidate.shape[1]), x)


#: gated_unit(normal(5, 4), normal(5, 2), normal(4, 3))


def masked_batch(w, x, lengths):
    """Sequences of different lengths: states stand still beyond the end."""
    def one(x, length):
        def step(h, inputs):
            i, x = inputs
            return jnp.where(i < length, jnp.tanh(x + h @ w), h), None

        return lax.scan(step, jnp.zeros(w.shape[0]), (jnp.arange(x.shape[0]), x))[0]

    return jax.vmap(one)(x, lengths)


#: masked_batch(normal(3, 3), normal(3, 5, 3), values([5, 2, 0], "i32"))


def both_directions(forward, backward, x):
    run = lambda w, **o: lax.scan(lambda h, x: (jnp.tanh(x + h @ w),) * 2, jnp.zeros(w.shape[0]), x, **o)[1]
    return jnp.concatenate([run(forward), run(backward, reverse=True)], axis=-1)


#: both_directions(normal(3, 3), normal(3, 3), normal(4, 3))


def stacked_cells(layers, x):
    for w in layers:
        x = lax.scan(lambda h, x, w=w: (jnp.tanh(x + h @ w),) * 2, jnp.zeros(w.shape[0]), x)[1] + x
    return x


#: stacked_cells([normal(3, 3), normal(3, 3)], normal(4, 3))


def scan_of_layers(layers, x):
    """A scan over time inside a scan over layers."""
    def layer(x, w):
        return lax.scan(lambda h, x: (jnp.tanh(x + h @ w),) * 2, jnp.zeros(w.shape[0]), x)[1], jnp.sum(w)

    return lax.scan(layer, x, layers)


#: scan_of_layers(normal(3, 2, 2), normal(4, 2))


def teacher_forcing(w, out, tokens):
    """The loss of a recurrent language model."""
    def step(h, pair):
        token, target = pair
        h = jnp.tanh(w[token] + h @ out[:, : h.shape[0]])
        return h, -jax.nn.log_softmax(h @ out)[target]

    return jnp.mean(lax.scan(step, jnp.zeros(w.shape[1]), (tokens[:-1], tokens[1:]))[1])


#: teacher_forcing(normal(4, 3), normal(3, 4), ints(0, 4, 6))


def truncated_backward(w, x):
    """Gradients stop between segments."""
    def segment(h, part):
        h = lax.stop_gradient(h)
        h, ys = lax.scan(lambda h, x: (jnp.tanh(x + h @ w), jnp.sum(h)), h, part)
        return h, jnp.sum(ys)

    return jnp.sum(lax.scan(segment, jnp.zeros(w.shape[0]), x.reshape(2, -1, w.shape[0]))[1])


#: truncated_backward(normal(3, 3), normal(6, 3))


def reservoir(w, readin, readout, signal):
    """Only the readout learns."""
    w = lax.stop_gradient(w / jnp.max(jnp.abs(w)) / w.shape[0])
    step = lambda h, u: ((1 - 0.3) * h + 0.3 * jnp.tanh(w @ h + readin * u),) * 2
    states = lax.scan(step, jnp.zeros(w.shape[0]), signal)[1]
    return jnp.mean((states[:-1] @ readout - signal[1:]) ** 2)


#: reservoir(normal(4, 4), normal(4), normal(4), normal(6))


def parallel_state_space(decay, b, c, x):
    """A linear recurrence by the associative scan."""
    decays = jnp.broadcast_to(decay, (x.shape[0], decay.shape[0]))
    combine = lambda l, r: (l[0] * r[0], l[1] * r[0] + r[1])
    return lax.associative_scan(combine, (decays, x @ b))[1] @ c


#: parallel_state_space(uniform(0.1, 0.9, 3), normal(2, 3), normal(3, 2), normal(6, 2))


def selective_state_space(p, x):
    """Steps and inputs depend on the signal, as in Mamba."""
    delta = jax.nn.softplus(x @ p["delta"])
    decay = jnp.exp(-delta[..., None] * jnp.exp(p["log_a"]))
    drive = delta[..., None] * (x @ p["b"])[:, None, :] * x[..., None]
    _, h = lax.associative_scan(lambda l, r: (l[0] * r[0], l[1] * r[0] + r[1]), (decay, drive))
    return jnp.einsum("tdn,tn->td", h, x @ p["c"])


#: selective_state_space({"delta": normal(2, 2), "log_a": normal(2, 3), "b": normal(2, 3), "c": normal(2, 3)}, normal(5, 2))


def oscillators(frequencies, damping, x):
    """Complex states that turn and decay."""
    turn = jnp.exp(lax.complex(-jnp.exp(damping), frequencies))
    step = lambda h, u: (turn * h + u, jnp.real(jnp.sum(h)))
    return lax.scan(step, jnp.zeros(frequencies.shape, jnp.complex64), x)[1]


#: oscillators(normal(3), normal(3), normal(6))


def neural_stack(x, push, pop):
    """A stack with strengths between zero and one, read from the top."""
    def step(strengths, inputs):
        i, u, d = inputs
        above = jnp.cumsum(strengths[::-1])[::-1] - strengths
        strengths = jnp.maximum(0.0, strengths - jnp.maximum(0.0, u - above)).at[i].set(d)
        above = jnp.cumsum(strengths[::-1])[::-1] - strengths
        read = jnp.minimum(strengths, jnp.maximum(0.0, 1.0 - above))
        return strengths, read @ x

    return lax.scan(step, jnp.zeros(x.shape[0]), (jnp.arange(x.shape[0]), pop, push))[1]


#: neural_stack(normal(5, 2), uniform(0.1, 0.9, 5), uniform(0.1, 0.9, 5))


def adaptive_steps(w, x):
    """Every example computes until its halting probabilities add up to one."""
    def one(x):
        def unfinished(state):
            return (state[1] < 0.99) & (state[2] < 8)

        def step(state):
            h, halted, n = state
            h = jnp.tanh(w @ h + x)
            return h, halted + jax.nn.sigmoid(jnp.sum(h)), n + 1

        return lax.while_loop(unfinished, step, (x, jnp.array(0.0), 0))

    return jax.vmap(one)(x)


#: adaptive_steps(normal(3, 3), normal(4, 3))


def vmap_of_scan_of_grad(ws, xs):
    """For each example a scan that descends along gradients."""
    def descend(w, xs):
        step = lambda w, x: (w - 0.1 * jax.grad(lambda w: jnp.sum(jnp.sin(w * x)))(w), jnp.sum(w))
        return lax.scan(step, w, xs)

    return jax.vmap(descend)(ws, xs)


#: vmap_of_scan_of_grad(normal(2, 3), normal(2, 4, 3))


def total_of_branching_scans(w, xs):
    def one(xs):
        step = lambda c, x: (lax.cond(x > 0, lambda c: jnp.tanh(c * w) + x, lambda c: c * x, c), c)
        return lax.scan(step, 1.0, xs)[0]

    return jnp.sum(jax.vmap(one)(xs))


#: total_of_branching_scans(normal(), normal(3, 4))


def scan_of_vmap_of_hessian(points, steps):
    """Newton's method for many starting points at once, in a scan."""
    f = lambda p: jnp.sum(jnp.cosh(p)) + 0.5 * jnp.sum(p) ** 2
    newton = lambda p: p - jnp.linalg.solve(jax.hessian(f)(p), jax.grad(f)(p))
    return lax.scan(lambda ps, rate: (ps + rate * (jax.vmap(newton)(ps) - ps), jnp.sum(ps)), points, steps)


#: scan_of_vmap_of_hessian(normal(3, 2), uniform(0.5, 1.0, 3), tolerance=1e-4, reason="linear systems")


def jit_of_vmap_of_grad_of_scan(w, xs):
    """As the name says."""
    loss = lambda w, x: jnp.sum(lax.scan(lambda h, v: (jnp.tanh(h * w + v),) * 2, jnp.zeros_like(w), x)[1] ** 2)
    return jax.jit(jax.vmap(jax.grad(loss), in_axes=(None, 0)))(w, xs)


#: jit_of_vmap_of_grad_of_scan(normal(2), normal(3, 4, 2))


def forward_over_scan(w, dw, xs):
    run = lambda w: lax.scan(lambda h, x: (jnp.sin(h * w + x),) * 2, 0.5, xs)[1]
    return jax.jvp(run, (w,), (dw,)), jax.jvp(lambda w: jax.jvp(run, (w,), (dw,))[1], (w,), (dw,))[1]


#: forward_over_scan(normal(), normal(), normal(5))
