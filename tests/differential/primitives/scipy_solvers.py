"""Solvers: iterative linear systems, roots, differential equations."""

from oracle.rows import row
from oracle.values import *

PLAIN = dict(special=False, halves=False, full=1, skip="vmap_last vmap_vmap jvp_grad")
LOOSE = dict(tolerance=5e-4, reason="iterations end when a residual is small", **PLAIN)
LOOPED = {**LOOSE, "skip": PLAIN["skip"] + " jvp grad_vmap vmap_grad grad_grad"}

for solver in ("cg", "bicgstab", "gmres"):
    row(f"{solver}_matrix", "a b", f"jax.scipy.sparse.linalg.{solver}(a, b)[0]", (spd(3), normal(3)), (spd(4), normal(4)), **LOOSE)
    row(f"{solver}_function", "a b", f"jax.scipy.sparse.linalg.{solver}(lambda x: {{'u': a @ x['u'] + x['v'][0], 'v': 2.0 * x['v']}}, {{'u': b, 'v': jnp.ones(2)}}, M=lambda x: x)[0]" if solver != "cg" else "jax.scipy.sparse.linalg.cg(lambda x: {'u': a @ x['u'], 'v': 2.0 * x['v']}, {'u': b, 'v': jnp.ones(2)}, M=lambda x: x, x0={'u': 0.5 * b, 'v': jnp.zeros(2)})[0]", (spd(3), normal(3)), **{**LOOSE, "skip": PLAIN["skip"] + " grad_grad"})
row("gmres_incremental", "a b", "jax.scipy.sparse.linalg.gmres(a, b, solve_method='incremental', restart=3)[0]", (spd(3), normal(3)), **LOOSE)

NEWTON = """def newton(f, x):
    step = lambda x, _: (x - jnp.linalg.solve(jax.jacobian(f)(x), f(x)), None)
    return lax.scan(step, x, None, length=12)[0]


"""
row("custom_root", "p x", "lax.custom_root(lambda y: y ** 3 + p * y - x, jnp.ones(3), newton, lambda g, y: jnp.linalg.solve(jax.jacobian(g)(y), y))", (positive(3), positive(3)), prelude=NEWTON, **LOOSE)
row("custom_root_scalar", "p", "lax.custom_root(lambda y: y * y - p, 1.0 + 0.0 * p, lambda f, y: lax.fori_loop(0, 20, lambda i, y: y - f(y) / jax.grad(f)(y), y), lambda g, y: y / g(1.0))", positive(), **LOOSE)
row("odeint", "y w", "jax.experimental.ode.odeint(lambda y, t, w: jnp.tanh(w @ y) - 0.3 * y + jnp.sin(t), y, jnp.linspace(0.0, 1.0, 4), w, rtol=1e-5, atol=1e-5)", (normal(2), normal(2, 2)), prelude="import jax.experimental.ode\n\n\n", **LOOPED)
row("odeint_closure", "y w", "jax.experimental.ode.odeint(lambda y, t: {'a': -w * y['a'] + y['b'], 'b': -y['a']}, {'a': y, 'b': 2.0 * y}, jnp.array([0.0, 0.4, 1.0]), rtol=1e-5, atol=1e-5)", (normal(2), positive(2)), prelude="import jax.experimental.ode\n\n\n", **LOOPED)
