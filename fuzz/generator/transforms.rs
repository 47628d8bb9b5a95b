//! Functions on arrays that mostly fit together, under transformations and control flow.

use super::Choices;
use super::expressions::expression;
use super::kinds::Input;

const HEAD: &str = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\nimport functools\n\
x = jnp.arange(6.0).reshape(2, 3)\nk = jax.random.key(0)\n";

/// From an array of 2 x 3 to another, with `E` for it.
const MAPS: &[&str] = &[
    "jnp.sin(E)",
    "jnp.tanh(E)",
    "jnp.exp(-E)",
    "jnp.log1p(jnp.abs(E))",
    "jnp.sqrt(E * E + 1)",
    "jax.nn.relu(E)",
    "jax.nn.softmax(E)",
    "jax.nn.gelu(E)",
    "jax.nn.logsumexp(E, axis=0, keepdims=True) + E",
    "-(E)",
    "abs(E)",
    "(E) ** 3",
    "(E) // 2",
    "(E) % 2",
    "jnp.cumsum(E, axis=1)",
    "jnp.cumprod(E, axis=0)",
    "jnp.sort(E, axis=0)",
    "jnp.flip(E, 1)",
    "jnp.roll(E, 1, axis=0)",
    "jnp.clip(E, -1, 1)",
    "lax.stop_gradient(E)",
    "(E).T.T",
    "(E).reshape(3, 2).T",
    "(E).astype(jnp.int32)",
    "(E).astype('bfloat16')",
    "(E).astype(complex).real",
    "E - jnp.mean(E, axis=-1, keepdims=True)",
    "E / jnp.max(E)",
    "(E) @ (E).T @ (E)",
    "jnp.einsum('ij,kj->ik', E, E) @ E",
    "jnp.pad(E, 1)[1:-1, 1:-1]",
    "(E).at[0].set(1)",
    "(E).at[:, 1].add(E[:, 0])",
    "(E).at[jnp.array([0, 0])].multiply(2)",
    "(E)[::-1]",
    "(E)[:, [2, 0, 1]]",
    "(E)[jnp.argsort((E)[:, 0])]",
    "lax.dynamic_slice(E, (0, 1), (2, 3))",
    "lax.dynamic_update_slice(E, (E)[:1], (1, 0))",
    "jnp.concatenate([E, E])[1:3]",
    "jnp.stack([E, E]).sum(0)",
    "jnp.where(E > 1, E, 0)",
    "jnp.take(E, jnp.array([1, 0]), axis=0)",
    "jnp.linalg.norm(E) * E",
    "jnp.linalg.inv(E @ (E).T + jnp.eye(2)) @ E",
    "jnp.linalg.solve(jnp.eye(2) * 3, E)",
    "jnp.linalg.qr(E)[0] @ E[:2]",
    "jax.random.normal(k, E.shape) + E",
    "jax.random.permutation(k, E)",
    "lax.top_k(E, 3)[0]",
    "lax.reduce_window(E, 0.0, lax.add, (1, 2), (1, 1), 'SAME')",
    "lax.rev(E, (0,))",
    "lax.cumlogsumexp(E, 1)",
    "jnp.fft.fft(E).real",
    "jax.nn.one_hot(jnp.argmax(E, -1), 3)",
    "lax.conv(E[None, None], jnp.ones((1, 1, 1, 1)), (1, 1), 'SAME')[0, 0]",
    "jax.image.resize(E, (2, 3), 'linear')",
    "jnp.nan_to_num(E)",
    "jnp.linspace(0, 1, 3) * E",
    "jnp.tril(E)",
    "jax.nn.standardize(E)",
    "jnp.interp(E, jnp.arange(3.0), jnp.arange(3.0))",
    "jax.scipy.special.erf(E)",
    "jax.ops.segment_sum(E, jnp.array([0, 0]), 2)",
    "lax.map(jnp.sin, E)",
    "lax.associative_scan(jnp.add, E)",
    "jnp.vectorize(jnp.sin)(E)",
    "jnp.apply_along_axis(jnp.sort, 0, E)",
    "lax.reduce_precision(E, 5, 3)",
    "jnp.unique(E, size=3)[None] + E",
    "lax.optimization_barrier(E)",
    "jnp.tile(E, (1, 2))[:, :3]",
];

/// From two arrays to one.
const JOINS: &[&str] = &[
    "E + F",
    "E * F",
    "E - F",
    "E / F",
    "jnp.maximum(E, F)",
    "jnp.where(E > F, E, F)",
    "E @ F.T @ E",
    "jnp.arctan2(E, F)",
    "lax.select(E > 0, E, F)",
    "jnp.hypot(E, F)",
    "E ** F",
    "lax.rem(E, F)",
    "jnp.logaddexp(E, F)",
    "jnp.dot(E, F.T) @ F",
    "lax.dot_general(E, F, (((0,), (0,)), ((), ()))) [:2]",
    "jnp.outer(E, F)[:2, :3]",
    "jnp.kron(E, F)[:2, :3]",
    "lax.cond(jnp.sum(E) > 1, lambda a, b: a, lambda a, b: b, E, F)",
];

/// With a function `lambda v: B` of such arrays, and an array.
const HIGHER: &[&str] = &[
    "jax.jit(lambda v: B)(E)",
    "jax.checkpoint(lambda v: B)(E)",
    "jax.grad(lambda v: jnp.sum(B))(E)",
    "jax.grad(jax.grad(lambda v: jnp.sum((B)[0, 0])))(1.0) + E",
    "jax.value_and_grad(lambda v: (jnp.mean(B), v), has_aux=True)(E)[1]",
    "jax.jvp(lambda v: B, (E,), (E,))[1]",
    "jax.vjp(lambda v: B, E)[1](E)[0]",
    "jax.linearize(lambda v: B, E)[1](E)",
    "jax.jacfwd(lambda v: jnp.sum(B))(E)",
    "jax.jacrev(lambda v: jnp.sum(B, 1))(E)[0]",
    "jax.hessian(lambda v: jnp.sum(B))(E)[0, 0]",
    "jax.vmap(lambda v: B)(jnp.stack([E, E]))[0]",
    "jax.vmap(lambda v: B, in_axes=2, out_axes=1)(jnp.stack([E, E], 2))[:, 0]",
    "jax.vmap(lambda v, w: B, in_axes=(None, 0))(E, jnp.arange(3.0))[0]",
    "jax.vmap(lambda v: jnp.sum(v) + v, axis_name='i')(E)",
    "jax.vmap(lambda v: lax.psum(v, 'i'), axis_name='i')(E)[None] + E",
    "jax.vmap(jax.grad(lambda v: jnp.sum(v * v)))(E)",
    "lax.scan(lambda v, t: (B, t), E, None, length=2)[0]",
    "lax.scan(lambda v, t: (B, v + t), E, jnp.arange(2.0))[1][0]",
    "lax.scan(lambda v, t: (v + t, jnp.sum(v)), jnp.zeros(3), E, reverse=True)[0] + E",
    "lax.fori_loop(0, 3, lambda i, v: B, E)",
    "lax.fori_loop(0, jnp.int32(2), lambda i, v: v + i, E)",
    "lax.while_loop(lambda v: jnp.sum(v) < 9, lambda v: B, E)",
    "lax.cond(jnp.sum(E) > 1, lambda v: B, lambda v: v, E)",
    "lax.switch(1, [lambda v: B, lambda v: v * 2], E)",
    "lax.map(lambda v: v + 1, E)",
    "jax.tree.map(lambda v: B, {'a': E})['a']",
    "functools.reduce(lambda v, w: v + w, [E, E])",
    "jax.custom_jvp(lambda v: B)(E)",
    "lax.custom_root(lambda v: v - E, E, lambda f, v: v, lambda g, v: v)",
    "jax.pure_callback(lambda v: v, E, E)",
    "(lambda v: B)(E)",
    "jax.named_call(lambda v: B, name='n')(E)",
];

/// The template with texts for the names that stand alone in it.
fn filled(template: &str, names: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for word in template.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
        let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
        let (name, rest) = word.split_at(end);
        text += names.iter().find(|(known, _)| *known == name).map_or(name, |(_, value)| value);
        text += rest;
    }
    text
}

/// An array of 2 x 3, mostly, in terms of `name`.
fn array(choices: &mut dyn Choices, name: &str, depth: usize) -> String {
    if depth == 0 {
        return if choices.once_in(20) { format!("({})", expression(choices, 1)) } else { name.to_owned() };
    }
    let inner = format!("({})", array(choices, name, depth - 1));
    let less = depth.saturating_sub(2);
    match choices.below(8) {
        0..4 => filled(choices.one(MAPS), &[("E", &inner)]),
        4 | 5 => {
            let other = format!("({})", array(choices, name, less));
            filled(choices.one(JOINS), &[("E", &inner), ("F", &other)])
        }
        _ => {
            let body = format!("({})", array(choices, "v", less));
            filled(choices.one(HIGHER), &[("E", &inner), ("B", &body)])
        }
    }
}

/// Functions of arrays, called and asked for as entry points.
pub fn program(choices: &mut dyn Choices) -> Input {
    let mut text = HEAD.to_owned();
    let mut entries = Vec::new();
    for name in ["h", "j"].iter().take(1 + choices.below(2)) {
        let mut body = String::new();
        for _ in 0..choices.below(3) {
            body += &match choices.below(6) {
                0 => format!("    for i in range({}):\n        x = {}\n", choices.below(4), array(choices, "x", 1)),
                1 => format!("    if k > {}:\n        x = {}\n", choices.below(4), array(choices, "x", 1)),
                _ => format!("    x = {}\n", array(choices, "x", 2)),
            };
        }
        let depth = 1 + choices.below(4);
        let result = array(choices, "x", depth);
        let result = match choices.below(8) {
            0 => format!("{{'a': {result}, 'b': x}}"),
            1 => format!("jnp.sum({result})"),
            2 => format!("({result}, k)"),
            _ => result,
        };
        let decorator = match choices.below(6) {
            0 => "@jax.jit\n",
            1 => "@functools.partial(jax.jit, static_argnames='k')\n",
            2 => "@jax.checkpoint\n",
            _ => "",
        };
        text += &format!("{decorator}def {name}(x, k=2):\n{body}    return {result}\n");
        if choices.below(3) == 0 {
            let call = choices.one(&[
                "H(x)",
                "jax.jit(H)(x)",
                "jax.grad(lambda v: jnp.sum(H(v)))(x)",
                "jax.vmap(H)(jnp.stack([x, x]))",
                "jax.eval_shape(H, x)",
                "jax.make_jaxpr(H)(x)",
                "jax.jit(jax.vmap(jax.grad(lambda v: jnp.sum(H(v)))))(x[None])",
                "H(1.0)",
                "H(x.astype(int))",
                "H(jnp.zeros((0, 3)))",
            ]);
            text += &format!("r = {}\nprint(r)\n", filled(call, &[("H", name)]));
        } else {
            let ty = match choices.below(10) {
                0 => "i32[2,3]",
                1 => "bf16[2,3]",
                2 => "f32[]",
                3 => "f32[3]",
                _ => "f32[2,3]",
            };
            entries.push(format!("{name}:{ty}"));
        }
    }
    Input { text, entries }
}
