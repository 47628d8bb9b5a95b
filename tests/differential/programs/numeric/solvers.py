"""Differential equations, roots, minima, linear systems."""

import jax
import jax.numpy as jnp
from jax import lax


def pendulum(state, length):
    angle, speed = state
    return speed, -9.81 / length * jnp.sin(angle)


def runge_kutta(state, length, dt):
    add = lambda a, b, h: jax.tree.map(lambda x, y: x + h * y, a, b)
    k1 = pendulum(state, length)
    k2 = pendulum(add(state, k1, dt / 2), length)
    k3 = pendulum(add(state, k2, dt / 2), length)
    k4 = pendulum(add(state, k3, dt), length)
    return jax.tree.map(lambda x, a, b, c, d: x + dt / 6 * (a + 2 * b + 2 * c + d), state, k1, k2, k3, k4)


#: runge_kutta((normal(), normal()), positive(), 0.05)


def trajectory(state, length):
    def step(state, _):
        state = runge_kutta(state, length, 0.05)
        return state, state[0]

    return lax.scan(step, state, None, length=20)


#: trajectory((normal(), normal()), positive())


def trajectory_sensitivity(state, length):
    return jax.grad(lambda length: trajectory(state, length)[1][-1])(length), jax.jacfwd(lambda s: trajectory(s, length)[0])(state)


#: trajectory_sensitivity((normal(), normal()), positive(), tolerance=1e-4, reason="twenty steps amplify rounding")


def many_pendulums(angles, lengths):
    return jax.vmap(lambda a, l: trajectory((a, 0.0 * a), l)[1])(angles, lengths)


#: many_pendulums(normal(4), positive(4))


def newton_root(a):
    """The square root by Newton's iteration until it stands still."""
    def unfinished(state):
        x, previous = state
        return jnp.abs(x - previous) > 1e-6 * x

    def improve(state):
        x, _ = state
        return 0.5 * (x + a / x), x

    return lax.while_loop(unfinished, improve, (a, a + 1.0))[0]


#: newton_root(positive())
#: newton_root(values(1e6))


def newton_roots(a):
    return jax.vmap(newton_root)(a)


#: newton_roots(values([1.0, 4.0, 100.0, 1e-4]))


def newton_tangent(a, da):
    return jax.jvp(newton_root, (a,), (da,))


#: newton_tangent(positive(), normal())


@jax.custom_vjp
def implicit_root(a):
    return newton_root(a)


def implicit_forward(a):
    x = newton_root(a)
    return x, x


def implicit_backward(x, ct):
    return (ct / (2.0 * x),)


implicit_root.defvjp(implicit_forward, implicit_backward)


def implicit_gradient(a):
    """Reverse mode through an unbounded loop, by the implicit function theorem."""
    return jax.vmap(jax.value_and_grad(implicit_root))(a)


#: implicit_gradient(positive(4))


def fixed_point(f, x):
    def unfinished(state):
        return jnp.max(jnp.abs(state[0] - state[1])) > 1e-6

    return lax.while_loop(unfinished, lambda state: (f(state[0]), state[0]), (f(x), x))[0]


def equilibrium(w, b):
    return fixed_point(lambda z: jnp.tanh(w @ z + b), jnp.zeros_like(b))


#: equilibrium(normal(4, 4, scale=0.2), normal(4), tolerance=1e-4, reason="the iteration stops at 1e-6 from the limit, possibly a step earlier")


def conjugate_gradient(a, b):
    def step(state, _):
        x, r, p = state
        ap = a @ p
        alpha = (r @ r) / (p @ ap)
        x = x + alpha * p
        fresh = r - alpha * ap
        p = fresh + (fresh @ fresh) / (r @ r) * p
        return (x, fresh, p), None

    return lax.scan(step, (jnp.zeros_like(b), b, b), None, length=3)[0][0]


#: conjugate_gradient(spd(4), normal(4), tolerance=1e-4, reason="a quotient of small residuals")


def power_iteration(a):
    def step(v, _):
        v = a @ v
        return v / jnp.linalg.norm(v), None

    v = lax.scan(step, jnp.ones(a.shape[0]), None, length=10)[0]
    return v @ a @ v


def power_gradient(a):
    return jax.value_and_grad(power_iteration)(a)


#: power_gradient(spd(3), tolerance=1e-4, reason="ten normalised products")


def bisection(target):
    def step(i, bounds):
        low, high = bounds
        middle = 0.5 * (low + high)
        above = middle**3 + middle > target
        return jnp.where(above, low, middle), jnp.where(above, middle, high)

    return lax.fori_loop(0, 30, step, (jnp.zeros_like(target), jnp.full_like(target, 10.0)))


#: bisection(positive(3))


def golden_section(a):
    def body(i, state):
        low, high = state
        m1, m2 = low + 0.382 * (high - low), low + 0.618 * (high - low)
        f = lambda x: (x - a) ** 2 + 0.1 * x
        return lax.cond(f(m1) < f(m2), lambda: (low, m2), lambda: (m1, high))

    return lax.fori_loop(0, 15, body, (-5.0, 5.0))


#: golden_section(normal(), tolerance=1e-3, reason="near the minimum, which side is lower hangs on the last bit")


def heat_equation(u, alpha):
    def step(u, _):
        laplacian = jnp.roll(u, 1) - 2 * u + jnp.roll(u, -1)
        return u + alpha * laplacian, jnp.max(u)

    return lax.scan(step, u, None, length=8)


#: heat_equation(normal(10), values(0.2))


def heat_adjoint(u, alpha):
    return jax.grad(lambda u, a: jnp.sum(heat_equation(u, a)[0] ** 2), argnums=(0, 1))(u, alpha)


#: heat_adjoint(normal(10), values(0.2))


def game_of_life(cells):
    def step(cells, _):
        around = sum(jnp.roll(cells, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
        alive = (around == 3) | ((cells == 1) & (around == 2))
        return alive.astype(cells.dtype), jnp.sum(cells)

    return lax.scan(step, cells, None, length=5)


#: game_of_life(ints(0, 2, 6, 6))


def mandelbrot(cx, cy):
    def step(i, state):
        x, y, count = state
        inside = x * x + y * y <= 4.0
        x, y = jnp.where(inside, x * x - y * y + cx, x), jnp.where(inside, 2 * x * y + cy, y)
        return x, y, count + inside

    return lax.fori_loop(0, 12, step, (jnp.zeros_like(cx), jnp.zeros_like(cy), jnp.zeros(cx.shape, jnp.int32)))[2]


#: mandelbrot(uniform(-2, 1, 4, 4), uniform(-1, 1, 4, 4))


def collatz(n):
    def step(state):
        n, steps = state
        return jnp.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1

    return lax.while_loop(lambda state: state[0] != 1, step, (n, 0))[1]


def collatz_many(n):
    return jax.vmap(collatz)(n)


#: collatz(values(27, "i32"))
#: collatz_many(values([1, 2, 3, 7, 27], "i32"))


def gcd(a, b):
    return lax.while_loop(lambda s: s[1] != 0, lambda s: (s[1], s[0] % s[1]), (a, b))[0]


#: gcd(values(462, "i32"), values(1071, "i32"))


def bubble_sort(x):
    def inner(j, x):
        a, b = x[j], x[j + 1]
        return x.at[j].set(jnp.minimum(a, b)).at[j + 1].set(jnp.maximum(a, b))

    n = x.shape[0]
    return lax.fori_loop(0, n - 1, lambda i, x: lax.fori_loop(0, n - 1, inner, x), x)


#: bubble_sort(normal(5))


def bubble_sort_gradient(x, w):
    return jax.grad(lambda x: bubble_sort(x) @ w)(x)


#: bubble_sort_gradient(normal(5), normal(5))


def sieve(n):
    def mark(i, prime):
        multiples = (jnp.arange(prime.shape[0]) % i == 0) & (jnp.arange(prime.shape[0]) > i)
        return jnp.where(prime[i] & multiples, False, prime)

    prime = jnp.ones(30, bool).at[:2].set(False)
    return lax.fori_loop(2, 6, mark, prime) & (jnp.arange(30) < n)


#: sieve(values(25, "i32"))


def polynomial(coefficients, x):
    return lax.scan(lambda y, c: (y * x + c, None), jnp.zeros_like(x), coefficients)[0]


def polynomial_derivatives(coefficients, x):
    f = lambda x: polynomial(coefficients, x)
    return f(x), jax.grad(f)(x), jax.grad(jax.grad(f))(x), jax.grad(jax.grad(jax.grad(f)))(x)


#: polynomial_derivatives(normal(5), normal())


def trapezoid(a, b):
    x = jnp.linspace(a, b, 20)
    y = jnp.exp(-(x**2))
    return jnp.sum((y[1:] + y[:-1]) / 2) * (b - a) / 19


def trapezoid_bounds(a, b):
    return jax.value_and_grad(trapezoid, argnums=(0, 1))(a, b)


#: trapezoid_bounds(normal(), positive())
