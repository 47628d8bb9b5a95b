"""Training: optimizers by hand, meta-gradients, curvature."""

import jax
import jax.numpy as jnp
from jax import lax


def predict(params, x):
    return jnp.tanh(x @ params["w"] + params["b"])


def loss(params, x, y):
    return jnp.mean((predict(params, x) - y) ** 2)


def sgd(params, x, y, rate):
    return jax.tree.map(lambda p, g: p - rate * g, params, jax.grad(loss)(params, x, y))


#: sgd({"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2), 0.1)


def sgd_many(params, x, y):
    return lax.fori_loop(0, 5, lambda i, params: sgd(params, x, y, 0.1), params)


#: sgd_many({"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2))


def adam(params, x, y):
    zeros = jax.tree.map(jnp.zeros_like, params)

    def step(state, i):
        params, m, v = state
        value, grads = jax.value_and_grad(loss)(params, x, y)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        t = i + 1.0
        scale = jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        params = jax.tree.map(lambda p, m, v: p - 0.01 * scale * m / (jnp.sqrt(v) + 1e-8), params, m, v)
        return (params, m, v), value

    return lax.scan(step, (params, zeros, zeros), jnp.arange(4.0))


#: adam({"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2), tolerance=5e-5, reason="quotients of small moments")


def meta_gradient(rate, params, x, y):
    """The derivative of the loss after two steps in the step size."""
    def after(rate):
        p = params
        for _ in range(2):
            p = jax.tree.map(lambda p, g: p - rate * g, p, jax.grad(loss)(p, x, y))
        return loss(p, x, y)

    return jax.value_and_grad(after)(rate)


#: meta_gradient(values(0.1), {"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2))


def maml(params, tasks_x, tasks_y):
    """Gradients of the loss after adapting, averaged over tasks."""
    def adapted(params, x, y):
        fast = jax.tree.map(lambda p, g: p - 0.1 * g, params, jax.grad(loss)(params, x, y))
        return loss(fast, x, y)

    return jax.grad(lambda p: jnp.mean(jax.vmap(adapted, in_axes=(None, 0, 0))(p, tasks_x, tasks_y)))(params)


#: maml({"w": normal(3, 2), "b": zeros(2)}, normal(4, 5, 3), normal(4, 5, 2))


def hessian_vector(params, direction, x, y):
    return jax.jvp(lambda p: jax.grad(loss)(p, x, y), (params,), (direction,))


#: hessian_vector({"w": normal(3, 2), "b": zeros(2)}, {"w": normal(3, 2), "b": normal(2)}, normal(5, 3), normal(5, 2))


def full_hessian(params, x, y):
    return jax.hessian(loss)(params, x, y)


#: full_hessian({"w": normal(2, 2), "b": zeros(2)}, normal(4, 2), normal(4, 2))


def gauss_newton(w, x, y, v):
    f = lambda w: jnp.tanh(x @ w)
    out, push = jax.linearize(f, w)
    _, pull = jax.vjp(f, w)
    return pull(push(v))[0], out - y


#: gauss_newton(normal(3), normal(5, 3), normal(5), normal(3))


def hutchinson(key, params, x, y):
    """An estimate of the Hessian's trace."""
    flat = lambda w: loss({"w": w, "b": params["b"]}, x, y)

    def probe(key):
        v = jnp.where(jax.random.bernoulli(key, 0.5, params["w"].shape), 1.0, -1.0)
        return jnp.vdot(v, jax.jvp(jax.grad(flat), (params["w"],), (v,))[1])

    return jnp.mean(jax.vmap(probe)(jax.random.split(key, 4)))


#: hutchinson(key(4), {"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2))


def gradient_penalty(w, x):
    critic = lambda x: jnp.sum(jnp.sin(x @ w))
    penalty = lambda w: jnp.mean((jnp.linalg.norm(jax.vmap(jax.grad(lambda x: jnp.sum(jnp.sin(x @ w))))(x), axis=1) - 1) ** 2)
    return critic(x), jax.value_and_grad(penalty)(w)


#: gradient_penalty(normal(3, 2), normal(4, 3))


def adversarial(params, x, y):
    """A gradient step on the input that raises the loss, then the gradient there."""
    direction = jnp.sign(jax.grad(loss, argnums=1)(params, x, y))
    return jax.grad(loss)(params, x + 0.1 * lax.stop_gradient(direction), y)


#: adversarial({"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2))


@jax.custom_jvp
def straight_through(x):
    return jnp.round(x)


@straight_through.defjvp
def straight_through_jvp(primals, tangents):
    return straight_through(*primals), tangents[0]


def quantised(w, x):
    return jax.value_and_grad(lambda w: jnp.sum((x @ straight_through(w)) ** 2))(w)


#: quantised(normal(3, scale=2.0), normal(4, 3))


@jax.custom_vjp
def clip_gradient(x):
    return x


clip_gradient.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -0.5, 0.5),))


def clipped(x):
    return jax.grad(lambda x: jnp.sum(3.0 * clip_gradient(x) ** 2))(x)


#: clipped(normal(5))


def checkpointed(layers, x):
    def block(x, w):
        return jnp.sin(x @ w)

    def total(layers):
        y = x
        for w in layers:
            y = jax.checkpoint(block)(y, w)
        return jnp.sum(y)

    return jax.value_and_grad(total)(layers)


#: checkpointed([normal(3, 3), normal(3, 3), normal(3, 3)], normal(2, 3))


def accumulated(params, x, y):
    """Gradients of small batches, added up."""
    def add(total, batch):
        return jax.tree.map(jnp.add, total, jax.grad(loss)(params, *batch)), None

    zeros = jax.tree.map(jnp.zeros_like, params)
    return lax.scan(add, zeros, (x, y))[0]


#: accumulated({"w": normal(3, 2), "b": zeros(2)}, normal(4, 5, 3), normal(4, 5, 2))


def with_auxiliary(params, x, y):
    def f(params):
        p = predict(params, x)
        return jnp.mean((p - y) ** 2), {"predictions": p, "worst": jnp.argmax(jnp.abs(p - y))}

    return jax.value_and_grad(f, has_aux=True)(params)


#: with_auxiliary({"w": normal(3, 2), "b": zeros(2)}, normal(5, 3), normal(5, 2))


def ensemble(params, x):
    return jax.vmap(predict, in_axes=(0, None))(params, x)


#: ensemble({"w": normal(4, 3, 2), "b": zeros(4, 2)}, normal(5, 3))


def ensemble_training(params, x, y):
    return jax.vmap(jax.value_and_grad(loss), in_axes=(0, None, None))(params, x, y)


#: ensemble_training({"w": normal(4, 3, 2), "b": zeros(4, 2)}, normal(5, 3), normal(5, 2))


def data_parallel(params, x, y):
    """Gradients averaged over a named axis, as on several devices."""
    def shard(x, y):
        grads = jax.grad(loss)(params, x, y)
        return lax.pmean(grads, "devices"), lax.axis_index("devices")

    return jax.vmap(shard, axis_name="devices")(x, y)


#: data_parallel({"w": normal(3, 2), "b": zeros(2)}, normal(4, 5, 3), normal(4, 5, 2))


def q_learning(q, states, actions, rewards):
    def step(q, transition):
        s, a, r, s_next = transition
        target = r + 0.9 * jnp.max(q[s_next])
        return q.at[s, a].add(0.5 * (target - q[s, a])), q[s, a]

    return lax.scan(step, q, (states[:-1], actions, rewards, states[1:]))


#: q_learning(normal(4, 2), ints(0, 4, 7), ints(0, 2, 6), normal(6))


def policy_gradient(w, states, actions, rewards):
    returns = lax.scan(lambda g, r: (r + 0.9 * g, r + 0.9 * g), 0.0, rewards, reverse=True)[1]

    def objective(w):
        log_probs = jax.nn.log_softmax(states @ w)
        return jnp.mean(jnp.take_along_axis(log_probs, actions[:, None], axis=1)[:, 0] * returns)

    return jax.grad(objective)(w)


#: policy_gradient(normal(3, 2), normal(6, 3), ints(0, 2, 6), normal(6))


def k_means(points, centres):
    def step(centres, _):
        distance = jnp.sum((points[:, None] - centres[None]) ** 2, axis=-1)
        member = jax.nn.one_hot(jnp.argmin(distance, axis=1), centres.shape[0])
        return (member.T @ points) / jnp.maximum(jnp.sum(member, axis=0)[:, None], 1.0), jnp.sum(jnp.min(distance, axis=1))

    return lax.scan(step, centres, None, length=4)


#: k_means(normal(10, 2), normal(3, 2))


def contrastive(a, b):
    normalise = lambda x: x / jnp.linalg.norm(x, axis=-1, keepdims=True)
    logits = normalise(a) @ normalise(b).T / 0.5
    diagonal = jnp.arange(a.shape[0])
    return -jnp.mean(jax.nn.log_softmax(logits)[diagonal, diagonal])


def contrastive_gradient(a, b):
    return jax.value_and_grad(contrastive, argnums=(0, 1))(a, b)


#: contrastive_gradient(normal(4, 3), normal(4, 3))
