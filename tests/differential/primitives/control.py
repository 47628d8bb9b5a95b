"""Loops, branches, custom derivatives and checkpoints: primitives that hold functions."""

from oracle.rows import row as show
from oracle.values import *

# The rows that show a primitive from all sides, on three lists of types; the others show its other uses.
MAIN = ["scan", "while_loop", "cond", "switch", "custom_jvp", "custom_vjp", "checkpoint_names", "psum", "pmax", "ppermute", "all_gather", "axis_index", "stop_gradient_part", "jit_nested"]


def row(name, operands, body, *variants, **options):
    if name in MAIN:
        show(name, operands, body, *variants, **options)
    else:
        show(name, operands, body, *variants[:2], **{"full": 1, "halves": False, "special": False, **options})


WEIGHTS = (normal(2, 2), normal(2), normal(4, 2))
SCAN = """
    def step(h, x):
        h = jnp.tanh(w @ h + x)
        return h, h * x
    return lax.scan(step, h, xs{0})
    """
SHAPES = [WEIGHTS, (normal(3, 3), normal(3), normal(2, 3)), (normal(1, 1), normal(1), normal(5, 1)),
          (normal(2, 2, dtype="bf16"), normal(2, dtype="bf16"), normal(3, 2, dtype="bf16"))]
for name, options in [("scan", ""), ("scan_reverse", ", reverse=True"), ("scan_unroll", ", unroll=2"), ("scan_unrolled", ", reverse=True, unroll=True")]:
    cancels = {"tolerance": {"grad_grad": 2e-5}, "reason": "second derivatives add terms of size 30 that nearly cancel"} if name == "scan_unroll" else {}
    row(name, "w h xs", SCAN.format(options), *SHAPES, skip="vmap_last", **cancels)
row("scan_counter", "h xs", """
    def step(carry, x):
        h, n = carry
        return (h * x + jnp.sin(n.astype(h.dtype)), n + 1), (x, n)
    return lax.scan(step, (h, 0), xs)
    """, (normal(), normal(4)), (normal(2), normal(3)), (normal(3, 2), normal(2)))
row("scan_length", "x", """
    return lax.scan(lambda c, _: (jnp.sin(c) * 1.5, c), x, None, length=3)
    """, normal(2), normal(), normal(2, 2))
row("scan_empty", "x xs", "lax.scan(lambda c, x: (c + x, c * x), x, xs)", (normal(), zeros(0)), (normal(2), zeros(0, 2)), (normal(1), zeros(0)), special=False)
row("scan_ints", "x xs", "lax.scan(lambda c, x: (c * x, c + x), x, xs)", (values(3, "i32"), ints(-9, 9, 4)), (values(7, "u8"), values([20, 30, 2], "u8")), (values(-5, "i16"), ints(-99, 99, 3, dtype="i16")))
row("scan_bools", "x xs", "lax.scan(lambda c, x: (c ^ x, c & x), x, xs)", (bools(), bools(4)), (bools(2), bools(3)), (bools(2, 1), bools(3)), special=False)
row("scan_tree", "w xs", """
    def step(carry, x):
        a, b = carry["a"], carry["b"]
        return {"a": b * w, "b": (a + x["u"]) * 0.5}, (a, {"v": x["v"] * b})
    return lax.scan(step, {"a": w, "b": w * w}, {"u": xs, "v": jnp.cos(xs)})
    """, (normal(), normal(4)), (normal(2), normal(3, 2)), (normal(2, 1), normal(2)), skip="vmap_last")
row("scan_of_scan", "w xs", """
    def inner(h, x):
        return jnp.sin(h + w * x), h
    def outer(h, row):
        h, ys = lax.scan(inner, h, row)
        return h, jnp.sum(ys)
    return lax.scan(outer, w, xs)
    """, (normal(), normal(3, 2)), (normal(), normal(2, 4)), (normal(dtype="bf16"), normal(2, 2, dtype="bf16")))

row("while_loop", "x n", """
    def body(state):
        i, x = state
        return i + 1, jnp.sin(x) * 1.5
    return lax.while_loop(lambda s: s[0] < n, body, (0, x))[1]
    """, (normal(8), values(3, "i32")), (normal(), values(0, "i32")), (normal(2, 2), values(5, "i32")), (normal(3), values(-2147483648, "i32")),
    skip="vjp grad vmap_grad grad_vmap grad_grad jvp_grad")
row("while_until", "x", """
    return lax.while_loop(lambda s: jnp.sum(s * s) < 50.0, lambda s: s * 1.7 + 0.1, x)
    """, positive(2), positive(), positive(2, 3), skip="vjp grad vmap_grad grad_vmap grad_grad jvp_grad", special=False)
row("while_ints", "x", "lax.while_loop(lambda s: s[1] > 0, lambda s: (s[0] * 3 + 1, s[1] - 1), (x, x % 5))", values(13, "i32"), values(7, "u8"), values(9, "i16"), special=False)
row("fori_loop", "x", "lax.fori_loop(0, 3, lambda i, x: jnp.sin(x) + i, x)", normal(2), normal(), normal(2, 3))
row("fori_loop_offset", "x", "lax.fori_loop(2, 5, lambda i, s: (s[0] * s[1], s[1] + 0.5 * i), (x, x * x))", normal(2), normal(), normal(2, 3))
row("fori_loop_traced", "x n", "lax.fori_loop(0, n, lambda i, x: jnp.cos(x) * i, x)", (normal(2), values(3, "i32")), (normal(), values(0, "i32")), (normal(2, 2), values(-7, "i32")),
    (normal(2), values(7, "i32")), skip="vjp grad vmap_grad grad_vmap grad_grad jvp_grad")
row("fori_loop_unroll", "x", "lax.fori_loop(0, 5, lambda i, x: x * 0.9 + jnp.tanh(x), x, unroll=2)", normal(2), normal(), normal(2, 3))

PREDICATE = "lax.cond(p, lambda x, y: (x * y, jnp.sin(y)), lambda x, y: (x + 1.0, y), x, y)"
row("cond", "p x y", PREDICATE, (values(True, "bool"), normal(8), normal(8)), (values(False, "bool"), normal(3), normal(3)), (values(True, "bool"), normal(2, 2), normal(2, 2)),
    (values(True, "bool"), normal(dtype="bf16"), normal(dtype="bf16")), skip="vmap_last")
row("cond_closed", "p x", """
    y = jnp.cos(x)
    return lax.cond(p > 0, lambda: x * y, lambda: jnp.zeros_like(x))
    """, (values(1, "i32"), normal(2)), (values(0, "i32"), normal(3)), (values(-1, "i32"), normal(2, 2)), skip="vmap_last")
row("cond_of_data", "x", "lax.cond(jnp.sum(x) > 0, lambda x: jnp.exp(x), lambda x: x * x, x)", normal(2), normal(), normal(2, 3))
row("switch", "i x", "lax.switch(i, [lambda x: x, lambda x: x * x, lambda x: jnp.sin(x)], x)", (values(1, "i32"), normal(2)), (values(2, "i32"), normal(3)), (values(0, "i32"), normal(2, 2)),
    (values(7, "i32"), normal(2)), (values(-7, "i32"), normal(2)), skip="vmap_last")
row("switch_two", "i x y", "lax.switch(i, [lambda x, y: (x, y), lambda x, y: (y * x, x), lambda x, y: (x - y, 2.0 * y)], x, y)",
    (values(1, "i32"), normal(2), normal(2)), (values(9, "i32"), normal(3), normal(3)), (values(-9, "i32"), normal(), normal()), skip="vmap_last")
row("cond_in_scan", "x", """
    def step(c, x):
        return lax.cond(x > 0, lambda: c * x, lambda: c - x), c
    return lax.scan(step, jnp.ones((), x.dtype), x)
    """, normal(4), normal(2), normal(5))
row("scan_in_cond", "p x", """
    loop = lambda f: lax.scan(lambda c, v: (f(c) * v, c), x[0], x)
    return lax.cond(p, lambda: loop(jnp.sin), lambda: loop(jnp.cos))
    """, (values(True, "bool"), normal(3)), (values(False, "bool"), normal(2)), (values(True, "bool"), normal(4)), skip="vmap_last")

row("associative_scan_add", "x", "lax.associative_scan(jnp.add, x)", normal(5), normal(4, 2), normal(1, 3))
row("associative_scan_mul", "x", "lax.associative_scan(jnp.multiply, x, reverse=True, axis=1)", normal(2, 5), normal(3, 2), normal(1, 7))
row("associative_scan_affine", "a b", "lax.associative_scan(lambda l, r: (l[0] * r[0], l[1] * r[0] + r[1]), (a, b))", (unit(6), normal(6)), (unit(3), normal(3)), (unit(5, 2), normal(5, 2)))
row("associative_scan_max", "x", "lax.associative_scan(jnp.maximum, x, axis=-1)", normal(2, 4), ints(0, 3, 6, dtype="f32"), normal(3, 3))
row("map", "x", "lax.map(lambda v: jnp.sin(v) * jnp.sum(v), x)", normal(3, 2), normal(4), normal(2, 2, 2))
row("map_tree", "x y", "lax.map(lambda t: {'s': t[0] + t[1], 'p': t[0] * t[1]}, (x, y))", (normal(3), normal(3)), (normal(2, 2), normal(2, 2)), (normal(4, 1), normal(4, 1)), skip="vmap_last")
row("map_batched", "x", "lax.map(lambda v: jnp.cos(v) ** 2, x, batch_size=2)", normal(5), normal(4, 2), normal(2, 3))

CUSTOM_JVP = """
    @jax.custom_jvp
    def soft(x, y):
        return jnp.log1p(jnp.exp(x)) * y


    @soft.defjvp
    def soft_jvp(primals, tangents):
        x, y = primals
        dx, dy = tangents
        return soft(x, y), jax.nn.sigmoid(x) * y * dx + 3.0 * x * dy
    """
TWO = [(normal(2), normal(2)), (normal(), normal()), (normal(2, 3), normal(2, 3)), (normal(3, dtype="bf16"), normal(3, dtype="bf16"))]
row("custom_jvp", "x y", "soft(x, y)", *TWO, prelude=CUSTOM_JVP)
# Where a rule is not the function's derivative, JAX's own second derivatives inside a scan are not those outside.
row("custom_jvp_in_scan", "x xs", "lax.scan(lambda c, v: (soft3(c, v), c), x, xs)", (normal(), normal(3)), (normal(2), normal(3, 2)), (normal(2, 2), normal(2, 2, 2)), skip="vmap_last jvp_grad grad_grad",
    prelude=CUSTOM_JVP.replace("soft", "soft3"))
row("custom_jvps", "x y", "product(x, y)", *TWO, prelude="""
    @jax.custom_jvp
    def product(x, y):
        return x * y


    product.defjvps(lambda dx, out, x, y: 2.0 * y * dx, lambda dy, out, x, y: out * dy)
    """)
row("custom_jvp_static", "x", "power(3, x)", normal(2), normal(), normal(2, 3), prelude="""
    from functools import partial


    @partial(jax.custom_jvp, nondiff_argnums=(0,))
    def power(n, x):
        return x**n


    @power.defjvp
    def power_jvp(n, primals, tangents):
        (x,), (dx,) = primals, tangents
        return power(n, x), n * jnp.abs(x) * dx
    """)
CUSTOM_VJP = """
    @jax.custom_vjp
    def wave(x, y):
        return jnp.sin(x) * y


    def wave_fwd(x, y):
        return wave(x, y), (jnp.cos(x), jnp.sin(x), y)


    def wave_bwd(residuals, ct):
        cos, sin, y = residuals
        return 2.0 * cos * y * ct, sin * ct


    wave.defvjp(wave_fwd, wave_bwd)
    """
row("custom_vjp", "x y", "wave(x, y)", *TWO, prelude=CUSTOM_VJP, skip="jvp jvp_grad")
row("custom_vjp_in_scan", "x xs", "lax.scan(lambda c, v: (wave3(c, v), c), x, xs)", (normal(), normal(3)), (normal(2), normal(3, 2)), (normal(2, 2), normal(2, 2, 2)), skip="vmap_last jvp jvp_grad",
    prelude=CUSTOM_VJP.replace("wave", "wave3"))
row("custom_vjp_none", "x n", "scaled(x, n)", (normal(2), values(2, "i32")), (normal(), values(5, "i32")), (normal(2, 3), values(-9, "i32")), skip="jvp jvp_grad", prelude="""
    @jax.custom_vjp
    def scaled(x, n):
        return x * n


    def scaled_fwd(x, n):
        return x * n, (x, n)


    def scaled_bwd(residuals, ct):
        x, n = residuals
        return ct * n * x, None


    scaled.defvjp(scaled_fwd, scaled_bwd)
    """)
row("custom_vjp_tree", "x y", "tree({'a': x, 'b': (y, y * y)}, 1.5)", *TWO, skip="jvp jvp_grad", prelude="""
    from functools import partial


    @partial(jax.custom_vjp, nondiff_argnums=(1,))
    def tree(p, scale):
        return p["a"] * p["b"][0] * scale + p["b"][1]


    def tree_fwd(p, scale):
        return tree(p, scale), p


    def tree_bwd(scale, p, ct):
        return ({"a": ct * p["b"][0], "b": (scale * ct * p["a"], jnp.clip(ct, -0.5, 0.5))},)


    tree.defvjp(tree_fwd, tree_bwd)
    """)
for name, wrapper in [
    ("checkpoint", "jax.checkpoint(f)"),
    ("checkpoint_everything", "jax.checkpoint(f, policy=jax.checkpoint_policies.everything_saveable)"),
    ("checkpoint_nothing", "jax.checkpoint(f, policy=jax.checkpoint_policies.nothing_saveable, prevent_cse=False)"),
    ("checkpoint_dots", "jax.checkpoint(f, policy=jax.checkpoint_policies.dots_saveable)"),
    ("checkpoint_dots_no_batch", "jax.checkpoint(f, policy=jax.checkpoint_policies.dots_with_no_batch_dims_saveable)"),
    ("checkpoint_names", "jax.checkpoint(f, policy=jax.checkpoint_policies.save_only_these_names('a'))"),
    ("checkpoint_any_but", "jax.checkpoint(f, policy=jax.checkpoint_policies.save_any_names_but_these('a'))"),
]:
    row(name, "w x", f"""
        def f(w, x):
            y = checkpoint_name(jnp.sin(x @ w), "a")
            return jnp.tanh(y @ w) * y
        return {wrapper}(w, x)
        """, (normal(2, 2), normal(3, 2)), (normal(3, 3), normal(3)), (normal(2, 2, dtype="bf16"), normal(1, 2, dtype="bf16")), skip="vmap_last",
        prelude="from jax.ad_checkpoint import checkpoint_name")
row("checkpoint_in_scan", "ws x", """
    block = jax.checkpoint(lambda x, w: (jnp.sin(x * w), jnp.sum(x)))
    return lax.scan(block, x, ws)
    """, (normal(3), normal(2)), (normal(2), normal()), (normal(2, 2), normal(2)), skip="vmap_last")
row("stop_gradient_part", "x y", "x * lax.stop_gradient(y * x) + y", *TWO)
row("jit_nested", "x y", "inner(x, y) + inner(y, x)", (normal(8), normal(8)), *TWO[1:], prelude="""
    @jax.jit
    def inner(x, y):
        return jnp.sin(x) * jax.jit(jnp.cos)(y)
    """)
row("linearize_of", "x v", """
    out, push = jax.linearize(lambda x: jnp.sin(x) * x, x)
    return out, push(v), push(2.0 * v)
    """, (normal(2), normal(2)), (normal(), normal()), (normal(2, 3), normal(2, 3)))
row("linear_transpose_of", "x", "jax.linear_transpose(lambda v: v[::2] * 3.0, jnp.zeros(5, x.dtype))(x)", normal(3), normal(3, dtype="bf16"), normal(3, dtype="f16"), skip="vmap_last")
# With special numbers, XLA decides whether zeros of the basis are multiplied or selected.
row("jacobians", "x", "jax.jacfwd(jnp.sin)(x), jax.jacrev(lambda x: x * jnp.sum(x))(x), jax.hessian(lambda x: jnp.prod(x))(x)", normal(3), normal(2), normal(4), special=False)
AXIS = "jax.vmap(lambda v: {0}, axis_name='i')(x)"
for name in ["psum", "pmean", "pmax", "pmin"]:
    row(name, "x", AXIS.format(f"v * lax.{name}(v, 'i')" if name in ("psum", "pmean") else f"lax.{name}(v, 'i')"), normal(3), normal(2, 2), normal(4, 1), skip="" if name in ("psum", "pmean") else "jvp vjp grad vmap_grad grad_vmap grad_grad jvp_grad")
row("all_gather", "x", AXIS.format("lax.all_gather(v, 'i') * v"), normal(3), normal(2), normal(4), normal(3, dtype="bf16"))
row("axis_index", "x", AXIS.format("v * lax.axis_index('i')"), normal(3), normal(2, 2), normal(4, 1))
row("ppermute", "x", AXIS.format("lax.ppermute(v, 'i', [(0, 1), (1, 0)])"), normal(2), normal(2, 3), normal(2, dtype="bf16"))
