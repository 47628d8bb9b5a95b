//! Mistakes in transforms and control flow: what the user is told.

use keramos_frontend::diagnostics::{Source, SourceMap, Style, render};
use keramos_frontend::interp::{Options, run};

/// Everything that compiling `text`, after the usual imports, tells.
fn report(text: &str) -> String {
    let text = format!("import jax\nimport jax.numpy as jnp\nfrom jax import lax\n{text}");
    let evaluated = run(&Source::new("model.py", text.as_str()), Options::default());
    let sources = SourceMap::single(evaluated.interp.source.clone());
    let all: Vec<String> = evaluated.diagnostics().iter().map(|d| render(d, &sources, Style::default())).collect();
    all.join("\n")
}

macro_rules! mistakes {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(report($text));
        })*
    };
}

mistakes! {
    gradient_of_a_vector: "def f(x):\n    return x * 2.0\n\njax.grad(f)(jnp.ones(3))\n";
    gradient_of_a_tuple: "jax.grad(lambda x: (x, x))(1.0)\n";
    gradient_of_an_integer_result: "jax.grad(lambda x: x.astype(int))(1.0)\n";
    gradient_of_an_integer: "def f(params, n):\n    return params['w'] * n\n\njax.grad(f)({'w': 3}, 2)\n";
    argnums_out_of_range: "jax.grad(lambda x: x, argnums=2)(1.0)\njax.grad(lambda x: x)(x=1.0)\n";
    gradient_of_no_function: "jax.grad(3)\n";
    auxiliary_result_missing: "jax.value_and_grad(lambda x: x, has_aux=True)(1.0)\n";
    complex_derivatives: "z = lax.complex(1.0, 2.0)\njax.grad(lambda z: z * z)(z)\njax.grad(lambda z: z.real, holomorphic=True)(z)\njax.grad(lambda x: x, holomorphic=True)(1.0)\njax.jacfwd(lambda z: z * z)(z)\njax.jacrev(lambda z: z * z)(z)\n";
    numbers_that_lose_a_derivative: "def f(x):\n    if x > 0:\n        return x * float(x)\n    return x\n\njax.grad(f)(3.0)\njax.grad(lambda x: x * x.tolist())(3.0)\njax.jit(jax.grad(f))(3.0)\njax.vmap(jax.grad(f))(jnp.ones(2))\n";
    reverse_mode_through_while_in_other_functions: "def nested(x):\n    def inner(y):\n        return lax.while_loop(lambda c: c < 5.0, lambda c: c * 2.0, y)\n    return inner(x) + 1.0\n\njax.vmap(jax.grad(nested))(jnp.ones(3))\njax.grad(lambda x: lax.scan(lambda c, a: (lax.while_loop(lambda c: c < 5.0, lambda c: c * 2.0, c) * a, None), x, jnp.ones(3))[0])(1.0)\njax.jit(jax.jacrev(lambda x: lax.fori_loop(0, x.astype(int), lambda i, c: c * 2.0, x)))(3.0)\n";
    shapes_inside_nested_vmaps: "def row(r, w):\n    return lax.scan(lambda c, v: (c + v @ w, None), 0.0, r)[0]\n\njax.vmap(row, in_axes=(0, None))(jnp.ones((3, 4, 2)), jnp.ones(5))\njax.vmap(lambda a: jax.vmap(lambda b: a + b + jnp.ones(2))(jnp.ones((2, 3))))(jnp.ones((4, 3)))\njax.vmap(lambda p: jnp.concatenate([p['a'], jnp.ones((2, 2))]))({'a': jnp.ones((4, 3))})\n";
    gradients_of_what_is_no_scalar: "def loss(w, x):\n    return (x @ w) ** 2\n\njax.vmap(jax.grad(loss), in_axes=(None, 0))(jnp.ones(3), jnp.ones((2, 4, 3)))\nlax.scan(lambda c, x: (jax.grad(loss)(c, x), None), jnp.ones(3), jnp.ones((2, 5, 3)))\njax.jit(jax.value_and_grad(lambda w: {'loss': w}))(1.0)\njax.grad(lambda w: ([w], w), has_aux=True)(1.0)\n";
    gradients_of_integers_elsewhere: "jax.vmap(jax.grad(lambda x: jnp.round(x).astype(jnp.int32)))(jnp.ones(3))\nlax.scan(lambda c, x: (jax.grad(lambda v: v > 0)(c), None), 1.0, jnp.ones(3))\njax.jit(lambda n: jax.grad(lambda m: m * 2.0)(n))(3)\njax.jacfwd(lambda n: n * 2.0)(3)\njax.jvp(lambda x, n: x * n, (1.0, 2), (1.0, 1))\n";
    carries_that_change: "jax.vmap(lambda v: lax.scan(lambda c, x: ((c[0] + x, c[1] > 0), None), (v, v), jnp.ones(3)))(jnp.ones(2))\nlax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, jnp.concatenate([c[1], c[1]])), (0, jnp.ones(2)))\njax.jit(lambda v: lax.fori_loop(0, 3, lambda i, c: {'a': c['a'], 'n': c['a']}, {'a': v, 'n': jnp.zeros(2)}))(1.0)\n";
    axes_out_of_range: "jax.vmap(lambda r: jnp.sum(r, axis=1))(jnp.ones((2, 3)))\nlax.scan(lambda c, x: (c, jnp.max(x, axis=(0, -3))), 0.0, jnp.ones((4, 2, 3)))\njax.jit(lambda x: jnp.stack([x, x], axis=4))(jnp.ones(3))\njax.vmap(lambda x: lax.psum(x, 'j'), axis_name='i')(jnp.ones(3))\n";
    traced_values_where_sizes_are_needed: "jax.jit(lambda n: jnp.zeros(n))(3)\njax.jit(lambda n: jnp.arange(n))(3)\njax.jit(lambda x, n: x.reshape(n, -1))(jnp.ones(6), 2)\njax.jit(lambda x, n: x[:n])(jnp.ones(6), 2)\n\n@jax.jit\ndef halve(x):\n    while x > 1:\n        x = x / 2\n    return x\n\nhalve(8.0)\njax.jit(lambda x: x if x > 0 and x < 1 else -x)(0.5)\n";
    cotangents_of_another_tree: "_, pull = jax.vjp(lambda x: {'a': x, 'b': x * 2.0}, 1.0)\npull({'a': 1.0})\npull((1.0, 1.0))\n_, push = jax.linearize(lambda x: x * 2.0, jnp.ones(3))\npush(jnp.ones(2))\n";
    collectives_without_an_axis: "lax.psum(1.0, 'i')\njax.jit(lambda x: lax.pmean(x, 'batch'))(jnp.ones(3))\njax.vmap(lambda x: lax.axis_index('j') + x, axis_name='i')(jnp.ones(3))\n";
    static_arguments: "jax.jit(lambda x, n: x, static_argnums='n')\njax.jit(lambda x, d: x, static_argnums=1)(1.0, {'a': 1})\njax.jit(lambda x, y: x, static_argnums=1)(1.0, jnp.ones(2))\n";
    static_arguments_that_are_none: "from functools import partial\n\ndef f(x, mode, /, scale, *, axis=None):\n    return x\n\njax.jit(lambda x, mode: x, static_argnames='modes')(1.0, mode='a')\njax.jit(f, static_argnums=3)\njax.jit(f, static_argnums=(0, -4))\njax.jit(f, static_argnames=('scale', 'mode'))\njax.jit(jnp.sum, static_argnames='axes')\njax.jit(lambda *args, **options: 1.0, static_argnums=9, static_argnames='any')(2.0)\n\n@partial(jax.jit, static_argnames=['axes'])\ndef g(x, *, axis):\n    return x\n\njax.checkpoint(lambda x, n: x, static_argnums=2)(1.0, 2)\njax.make_jaxpr(lambda x: x, static_argnums=4)(1.0)\n";
    donated_arguments_that_are_none: "def step(params, batch):\n    return params\n\njax.jit(step, donate_argnums=2)\njax.jit(step, donate_argnames='state')\njax.jit(step, donate_argnums=(0, 1), static_argnames='batch')\n";
    solvers: "newton = lambda f, x: lax.fori_loop(0, 9, lambda i, x: x - f(x) / jax.grad(f)(x), x)\nlax.custom_root(lambda y: (y, y), 1.0, newton, lambda g, y: y / g(1.0))\nlax.custom_linear_solve(lambda x: (x, x), jnp.ones(2), lambda a, b: b)\nlax.custom_linear_solve(lambda x: 2.0 * x, jnp.ones(2), lambda a, b: jnp.ones(3))\njax.grad(lambda b: lax.custom_linear_solve(lambda x: 2.0 * x, b, lambda a, b: b / 2.0).sum())(jnp.ones(2))\njax.scipy.sparse.linalg.cg(jnp.ones((2, 3)), jnp.ones(3))\njax.scipy.linalg.expm(jnp.ones((2, 3)))\njax.scipy.linalg.sqrtm(jnp.eye(2))\njax.scipy.optimize.minimize(lambda x: x @ x, jnp.ones(2), method='L-BFGS')\n";
    what_needs_devices: "jax.pmap(lambda x: x)(jnp.ones((8, 2)))\njax.make_mesh((4, 2), ('data', 'model'))\njax.pure_callback(lambda x: x, jnp.ones(2), jnp.ones(2))\n";
    what_is_refused_on_purpose: "from jax.custom_batching import custom_vmap\nf = jax.custom_jvp(lambda x: x)\nf.defjvp(lambda p, t: (p[0], t[0]), symbolic_zeros=True)\ncustom_vmap(lambda x: x)\njax.config.update('jax_default_prng_impl', 'rbg')\njax.config.update('enable_x64', True)\njax.checkpoint(lambda x: x, policy=lambda *a, **k: True)\n";
    ahead_of_time: "ahead = jax.jit(lambda x: x * 2.0).lower(jnp.ones(3)).compile()\nahead(jnp.ones(4))\nahead(jnp.ones(3), 1.0)\njax.jit(lambda x: x).lower(1.0)(1.0)\n";
    gradient_of_a_string: "jax.grad(lambda t: t['a'])({'a': 'text'})\n";
    vmap_sizes: "def f(a, b):\n    return a + b['w']\n\njax.vmap(f)(jnp.ones(3), {'w': jnp.ones(4)})\n";
    vmap_axes_of_another_length: "jax.vmap(lambda a, b: a + b, in_axes=(0, None, 0))(jnp.ones(3), jnp.ones(3))\n";
    vmap_axes_of_another_tree: "jax.vmap(lambda a, b: a + b, in_axes=(0, {'a': 1}))(jnp.ones(3), jnp.ones(3))\n";
    vmap_axis_out_of_range: "jax.vmap(lambda a: a, in_axes=1)(jnp.ones(3))\njax.vmap(lambda a: a)(3.0)\njax.vmap(lambda a: a, out_axes=3)(jnp.ones(3))\n";
    vmap_of_nothing: "jax.vmap(lambda a: a, in_axes=None)(3.0)\njax.vmap(lambda a: a, out_axes=None)(jnp.ones(3))\n";
    shapes_inside_vmap: "def f(row, w):\n    scaled = row * 2.0\n    return scaled @ w\n\njax.vmap(f, in_axes=(0, None))(jnp.ones((3, 4)), jnp.ones(5))\n";
    unknown_axis_name: "jax.vmap(lambda x: lax.psum(x, 'bach'), axis_name='batch')(jnp.ones(3))\n";
    leaked_tensor: "kept = []\n\n@jax.jit\ndef f(x):\n    kept.append(x * 2.0)\n    return x\n\nf(1.0)\nkept[0] + 1.0\n";
    decision_on_a_traced_value: "@jax.jit\ndef f(x):\n    if x > 0:\n        return x\n    return -x\n\nf(1.0)\n";
    numbers_of_traced_values: "jax.jit(lambda x: float(x))(1.0)\njax.jit(lambda x: int(x))(1.0)\njax.jit(lambda x: x.item())(1.0)\njax.jit(lambda n: sum(range(n)))(3)\n";
    static_argument_without_hash: "jax.jit(lambda x, y: x, static_argnums=1)(1.0, [1])\n";
    text_into_jit: "def f(x, mode):\n    return x\n\njax.jit(f)(1.0, 'fast')\n";
    carry_type: "def body(c, x):\n    return {'a': c['a'].astype(jnp.int32), 'n': c['n']}, x\n\nlax.scan(body, {'a': jnp.float32(0), 'n': 0}, jnp.arange(3.0))\n";
    carry_shape: "lax.scan(lambda c, x: (jnp.append(c, x) if False else jnp.ones(2), x), jnp.zeros(3), jnp.arange(3.0))\n";
    carry_tree: "lax.scan(lambda c, x: ((c, c), x), 0.0, jnp.arange(3.0))\n";
    scan_body_without_pair: "lax.scan(lambda c, x: c, 0.0, jnp.arange(3.0))\n";
    scan_lengths: "lax.scan(lambda c, x: (c, None), 0.0, (jnp.arange(3.0), jnp.arange(4.0)))\nlax.scan(lambda c, x: (c, None), 0.0, None)\n";
    while_condition: "lax.while_loop(lambda c: c, lambda c: c, 0.0)\n";
    branch_types: "lax.cond(True, lambda: 1, lambda: 2.0)\nlax.cond(True, lambda: 1, lambda: (2, 2))\nlax.cond(jnp.ones(3) > 0, lambda: 1, lambda: 2)\nlax.switch(0, [])\n";
    reverse_mode_through_while: "def f(x):\n    y = x * 2.0\n    return lax.while_loop(lambda c: c < 5.0, lambda c: c * 2.0, y)\n\njax.grad(f)(1.0)\n";
    tangents: "jax.jvp(lambda x: x, (1.0,), (1,))\njax.jvp(lambda x: x, (1.0,), (1.0, 1.0))\n_, pull = jax.vjp(lambda x: x, 1.0)\npull((1.0,))\npull(jnp.ones(3))\n";
    trees: "jax.tree.map(lambda a, b: a, {'a': (1, 2)}, {'a': [1, 2]})\njax.tree.unflatten(jax.tree.structure((1, 2)), [1])\njax.tree.leaves({1: 2, 'a': 3})\n";
    custom_rules: "@jax.custom_vjp\ndef f(x):\n    return x\n\nf(1.0)\nf.defvjp(lambda x: (x, None), lambda r, g: g)\njax.grad(f)(1.0)\njax.jvp(f, (1.0,), (1.0,))\n";
    error_in_a_transformed_function: "def loss(w):\n    return jnp.sum(undefined * w)\n\njax.jit(jax.grad(loss))(jnp.ones(3))\nprint(jax.grad(lambda x: x * x)(3.0))\n";
}
