"""Second-order methods, implicit derivatives, gradients through optimisation."""

import jax
import jax.numpy as jnp
from jax import lax


def rosenbrock(x):
    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def newton_descent(x):
    step = lambda x, _: (x - jnp.linalg.solve(jax.hessian(rosenbrock)(x), jax.grad(rosenbrock)(x)), rosenbrock(x))
    return lax.scan(step, x, None, length=3)[0]


#: newton_descent(uniform(0.5, 1.5, 2), tolerance=1e-3, reason="the valley is a hundred times steeper across than along", grad=False)


def products_with_hessian(f_weights, x, v):
    """Forward over reverse, reverse over forward and reverse over reverse are one."""
    f = lambda x: jnp.sum(jnp.tanh(f_weights @ x) ** 3)
    return (
        jax.jvp(jax.grad(f), (x,), (v,))[1],
        jax.grad(lambda x: jax.jvp(f, (x,), (v,))[1])(x),
        jax.grad(lambda x: jnp.vdot(jax.grad(f)(x), v))(x),
    )


#: products_with_hessian(normal(4, 3), normal(3), normal(3))


def levenberg_step(w, x, y, damping):
    residual = lambda w: jnp.tanh(x @ w) - y
    jacobian = jax.jacfwd(residual)(w)
    return w - jnp.linalg.solve(jacobian.T @ jacobian + damping * jnp.eye(w.shape[0]), jacobian.T @ residual(w))


#: levenberg_step(normal(3), normal(5, 3), normal(5), values(0.5), tolerance=1e-4, reason="a linear system")


def natural_direction(w, x, v):
    """The Fisher matrix of a categorical model, times a vector, without making it."""
    logits = lambda w: x @ w
    out, push = jax.linearize(logits, w)
    _, pull = jax.vjp(logits, w)
    p = jax.nn.softmax(out)
    u = push(v)
    return pull(p * u - p * jnp.sum(p * u, axis=-1, keepdims=True))[0]


#: natural_direction(normal(3, 4), normal(5, 3), normal(3, 4))


def conjugate_solve(apply, b, steps):
    def step(state, _):
        x, r, p, rs = state
        ap = apply(p)
        alpha = rs / (p @ ap)
        x, r = x + alpha * p, r - alpha * ap
        fresh = r @ r
        return (x, r, r + fresh / rs * p, fresh), fresh

    return lax.scan(step, (jnp.zeros_like(b), b, b, b @ b), None, length=steps)[0][0]


def hessian_free_step(w, x, y):
    """Newton's direction by conjugate gradients on products with the Hessian."""
    loss = lambda w: jnp.mean(jnp.logaddexp(0.0, -y * (x @ w))) + 0.5 * w @ w
    g = jax.grad(loss)(w)
    return w - conjugate_solve(lambda v: jax.jvp(jax.grad(loss), (w,), (v,))[1], g, 2)


#: hessian_free_step(normal(3), normal(6, 3), values([1.0, -1.0, 1.0, 1.0, -1.0, -1.0]), tolerance=1e-4, reason="quotients of small residuals")


def conjugate_until_small(a, b):
    def unfinished(state):
        return (state[3] > 1e-8) & (state[4] < 20)

    def step(state):
        x, r, p, rs, n = state
        ap = a @ p
        alpha = rs / (p @ ap)
        x, r = x + alpha * p, r - alpha * ap
        fresh = r @ r
        return x, r, r + fresh / rs * p, fresh, n + 1

    return lax.while_loop(unfinished, step, (jnp.zeros_like(b), b, b, b @ b, 0))[0]


#: conjugate_until_small(spd(4), normal(4), tolerance=1e-4, reason="the iteration stops at residuals of 1e-4", grad=False)


@jax.custom_vjp
def implicit_solve(a, b):
    return conjugate_until_small(a, b)


def implicit_solve_forward(a, b):
    x = implicit_solve(a, b)
    return x, (a, x)


def implicit_solve_backward(residuals, ct):
    a, x = residuals
    w = conjugate_until_small(a.T, ct)
    return -jnp.outer(w, x), w


implicit_solve.defvjp(implicit_solve_forward, implicit_solve_backward)


def solve_with_gradient(a, b):
    """A solver of unknown length inside a loss: the backward pass solves with the transpose."""
    return jax.value_and_grad(lambda a, b: jnp.sum(jnp.sin(implicit_solve(a, b))), argnums=(0, 1))(a, b)


#: solve_with_gradient(spd(3), normal(3), tolerance=1e-4, reason="the iteration stops at residuals of 1e-4")


@jax.custom_vjp
def deep_equilibrium(w, x):
    def unfinished(state):
        return (jnp.max(jnp.abs(state[0] - state[1])) > 1e-6) & (state[2] < 100)

    step = lambda z: jnp.tanh(w @ z + x)
    return lax.while_loop(unfinished, lambda s: (step(s[0]), s[0], s[2] + 1), (step(x), x, 0))[0]


def equilibrium_forward(w, x):
    z = deep_equilibrium(w, x)
    return z, (w, x, z)


def equilibrium_backward(residuals, ct):
    w, x, z = residuals
    _, pull = jax.vjp(lambda w, x, z: jnp.tanh(w @ z + x), w, x, z)

    def unfinished(state):
        return (jnp.max(jnp.abs(state[0] - state[1])) > 1e-6) & (state[2] < 100)

    u = lax.while_loop(unfinished, lambda s: (ct + pull(s[0])[2], s[0], s[2] + 1), (ct, jnp.zeros_like(ct), 0))[0]
    dw, dx, _ = pull(u)
    return dw, dx


deep_equilibrium.defvjp(equilibrium_forward, equilibrium_backward)


def equilibrium_loss(w, x):
    return jax.value_and_grad(lambda w, x: jnp.sum(deep_equilibrium(w, x) ** 2), argnums=(0, 1))(w, x)


#: equilibrium_loss(normal(3, 3, scale=0.2), normal(3), tolerance=1e-4, reason="iterations stop at 1e-6 from the limit, possibly a step earlier")


def equilibrium_batch(w, xs):
    """The same under vmap: every example runs until the last one stands still."""
    return jax.vmap(jax.grad(lambda w, x: jnp.sum(deep_equilibrium(w, x)), argnums=1), in_axes=(None, 0))(w, xs)


#: equilibrium_batch(normal(3, 3, scale=0.2), normal(4, 3), tolerance=1e-4, reason="iterations stop at 1e-6 from the limit, possibly a step earlier")


def inner_descent(weights, x, y, w):
    def step(w, _):
        return w - 0.1 * jax.grad(lambda w: jnp.mean(jax.nn.softplus(weights) * (x @ w - y) ** 2))(w), None

    return lax.scan(step, w, None, length=4)[0]


def learned_weights(weights, x, y, w):
    """How the weights of examples should change for the loss on others, through the inner descent."""
    outer = lambda weights: jnp.mean((x[::-1] @ inner_descent(weights, x, y, w) - y) ** 2)
    return jax.value_and_grad(outer)(weights)


#: learned_weights(normal(4), normal(4, 3), normal(4), normal(3))


def learned_optimizer(p, w, x, y):
    """A network sees gradients and makes updates; trained through the whole training."""
    def step(state, _):
        w, memory = state
        g = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(w)
        features = jnp.stack([g, memory, jnp.ones_like(g)], axis=-1)
        out = jnp.tanh(features @ p["in"]) @ p["out"]
        return (w + 0.1 * out[:, 0], out[:, 1]), jnp.mean((x @ w - y) ** 2)

    return jnp.sum(lax.scan(step, (w, jnp.zeros_like(w)), None, length=3)[1])


#: learned_optimizer({"in": normal(3, 4), "out": normal(4, 2)}, normal(3), normal(5, 3), normal(5))


def reptile(w, tasks_x, tasks_y):
    def adapt(x, y):
        step = lambda w, _: (w - 0.1 * jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(w), None)
        return lax.scan(step, w, None, length=3)[0]

    return w + 0.5 * (jnp.mean(jax.vmap(adapt)(tasks_x, tasks_y), axis=0) - w)


#: reptile(normal(3), normal(4, 5, 3), normal(4, 5))


def kernel_of_tangents(w, x):
    """Products of the gradients of all pairs of examples."""
    f = lambda w, x: jnp.sum(jnp.tanh(x @ w))
    jacobian = jax.vmap(jax.grad(f), in_axes=(None, 0))(w, x).reshape(x.shape[0], -1)
    return jacobian @ jacobian.T


#: kernel_of_tangents(normal(3, 2), normal(4, 3))


def influence(w, x, y):
    """How much each example pulls on the prediction at the first: inverse Hessian times gradients."""
    loss = lambda w, x, y: jnp.logaddexp(0.0, -y * (x @ w)) + 0.1 * w @ w
    hessian = jax.hessian(lambda w: jnp.mean(jax.vmap(loss, in_axes=(None, 0, 0))(w, x, y)))(w)
    pulls = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(w, x, y)
    return pulls @ jnp.linalg.solve(hessian, x[0])


#: influence(normal(3), normal(5, 3), values([1.0, -1.0, 1.0, -1.0, 1.0]), tolerance=2e-4, reason="a linear system")


def sharpness_aware(w, x, y):
    """The gradient at the worst place near by."""
    loss = lambda w: jnp.mean((jnp.tanh(x @ w) - y) ** 2)
    g = jax.grad(loss)(w)
    return jax.value_and_grad(loss)(w + 0.05 * g / jnp.linalg.norm(g))


#: sharpness_aware(normal(3), normal(5, 3), normal(5))


def adjusted_rates(w, x, y):
    """Hypergradient descent: the step size follows the product of consecutive gradients."""
    grad = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))

    def step(state, _):
        w, rate, before = state
        g = grad(w)
        rate = rate + 0.01 * g @ before
        return (w - rate * g, rate, g), rate

    return lax.scan(step, (w, 0.1, jnp.zeros_like(w)), None, length=4)


#: adjusted_rates(normal(3), normal(5, 3), normal(5))


def line_search(w, x, y):
    """Backtracking until the loss falls enough."""
    loss = lambda w: jnp.mean((x @ w - y) ** 2)
    value, g = jax.value_and_grad(loss)(w)

    def too_long(rate):
        return (loss(w - rate * g) > value - 0.5 * rate * g @ g) & (rate > 1e-4)

    rate = lax.while_loop(too_long, lambda rate: rate * 0.5, 4.0)
    return w - rate * g, rate


#: line_search(normal(3), normal(5, 3), normal(5), grad=False)


def quasi_newton(x):
    """The BFGS update of the inverse Hessian, a few times."""
    f = lambda x: jnp.sum(jnp.cosh(x)) + x[0] * x[1]

    def step(state, _):
        x, h, g = state
        d = -0.5 * h @ g
        fresh = x + d
        g2 = jax.grad(f)(fresh)
        y = g2 - g
        rho = 1.0 / (y @ d)
        left = jnp.eye(x.shape[0]) - rho * jnp.outer(d, y)
        return (fresh, left @ h @ left.T + rho * jnp.outer(d, d), g2), f(fresh)

    return lax.scan(step, (x, jnp.eye(x.shape[0]), jax.grad(f)(x)), None, length=3)


#: quasi_newton(normal(3), tolerance=1e-4, reason="quotients of small differences")


def simulated_annealing(key, x):
    energy = lambda x: jnp.sum(x**4 - 3 * x**2 + x)

    def step(state, inputs):
        x, best = state
        key, temperature = inputs
        move, accept = jax.random.split(key)
        candidate = x + 0.5 * jax.random.normal(move, x.shape)
        taken = jax.random.uniform(accept) < jnp.exp((energy(x) - energy(candidate)) / temperature)
        x = jnp.where(taken, candidate, x)
        return (x, jnp.minimum(best, energy(x))), taken

    return lax.scan(step, (x, energy(x)), (jax.random.split(key, 6), jnp.linspace(1.0, 0.1, 6)))


#: simulated_annealing(key(8), normal(2))


def evolution(key, x):
    """Steps along an estimate of the gradient from noise in both directions."""
    f = lambda x: -jnp.sum((x - 1.0) ** 2)

    def step(x, key):
        noise = jax.random.normal(key, (4, x.shape[0]))
        gain = jax.vmap(lambda n: f(x + 0.1 * n) - f(x - 0.1 * n))(noise)
        return x + 0.05 * gain @ noise / 0.8, f(x)

    return lax.scan(step, x, jax.random.split(key, 3))


#: evolution(key(9), normal(3))


def clipped_per_example(w, key, x, y):
    """Private gradients: clipped one by one, summed, and blurred with noise."""
    loss = lambda w, x, y: jnp.logaddexp(0.0, -y * (x @ w))
    g = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(w, x, y)
    g = g / jnp.maximum(1.0, jnp.linalg.norm(g, axis=1, keepdims=True) / 0.5)
    return (jnp.sum(g, axis=0) + 0.5 * jax.random.normal(key, w.shape)) / x.shape[0]


#: clipped_per_example(normal(3), key(10), normal(4, 3), values([1.0, -1.0, 1.0, -1.0]))


def distillation(w, teacher, x):
    soft = jax.nn.softmax(x @ lax.stop_gradient(teacher) / 2.0)
    return -jnp.mean(jnp.sum(soft * jax.nn.log_softmax(x @ w / 2.0), axis=-1)) * 4.0


#: distillation(normal(3, 4), normal(3, 4), normal(5, 3))


def advantage_estimates(values, rewards, done):
    """Generalised advantages, from the end."""
    def step(after, inputs):
        value, next_value, reward, done = inputs
        delta = reward + 0.9 * next_value * (1 - done) - value
        advantage = delta + 0.9 * 0.8 * (1 - done) * after
        return advantage, advantage

    return lax.scan(step, 0.0, (values[:-1], values[1:], rewards, done), reverse=True)[1]


#: advantage_estimates(normal(6), normal(5), ints(0, 2, 5, dtype="f32"))


def proximal_policy(w, old, states, actions, advantages):
    chosen = lambda w: jax.nn.log_softmax(states @ w)[jnp.arange(states.shape[0]), actions]
    ratio = jnp.exp(chosen(w) - lax.stop_gradient(chosen(old)))
    return -jnp.mean(jnp.minimum(ratio * advantages, jnp.clip(ratio, 0.8, 1.2) * advantages))


#: proximal_policy(normal(3, 2), normal(3, 2), normal(6, 3), ints(0, 2, 6), normal(6))


def value_iteration(transitions, rewards):
    """Until the values stand still."""
    def unfinished(state):
        return (jnp.max(jnp.abs(state[0] - state[1])) > 1e-5) & (state[2] < 200)

    def step(state):
        values, _, n = state
        return jnp.max(rewards + 0.5 * jnp.einsum("san,n->sa", jax.nn.softmax(transitions), values), axis=1), values, n + 1

    values, _, _ = lax.while_loop(unfinished, step, (jnp.zeros(rewards.shape[0]), jnp.ones(rewards.shape[0]), 0))
    return values, jnp.argmax(rewards + 0.5 * jnp.einsum("san,n->sa", jax.nn.softmax(transitions), values), axis=1)


#: value_iteration(normal(3, 2, 3), normal(3, 2), tolerance=1e-4, reason="the iteration stops at 1e-5 from the limit", grad=False)
