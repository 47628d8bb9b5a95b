//! Calls of real programs that are right but for an argument or two, or that happen under a transformation.

use std::collections::BTreeMap;

use super::Choices;
use super::corpus::Corpus;
use super::odd;
use super::scan::{self, Call};

/// A piece of a program, and where in it something is called by a name.
pub type Uses = BTreeMap<String, Vec<usize>>;

/// Which pieces call what, by the last part of its name.
pub fn uses(pieces: &[(String, String)]) -> Uses {
    let mut uses = Uses::new();
    for (at, (_, body)) in pieces.iter().enumerate() {
        for call in scan::calls(body) {
            let places = uses.entry(last_part(&body[call.callee]).to_owned()).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }
    uses
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// With a call `C` that may depend on a number or an array `s`.
pub const TRANSFORMS: &[&str] = &[
    "jax.jit(lambda s: C)(2)",
    "jax.jit(lambda s: C)(2.0)",
    "jax.jit(lambda s: C)(jnp.ones(3, complex))",
    "jax.jit(lambda s: C)(jnp.zeros((0, 3)))",
    "jax.vmap(lambda s: C)(jnp.arange(3))",
    "jax.vmap(lambda s: C)(jnp.arange(3) > 1)",
    "jax.vmap(lambda s: C, out_axes=-1)(jnp.arange(2.0))",
    "jax.vmap(lambda s: C, in_axes=1)(jnp.ones((2, 3)))",
    "jax.vmap(lambda s: C)(jnp.zeros((0,)))",
    "jax.vmap(lambda s: C)(jnp.zeros((2, 0)))",
    "jax.vmap(jax.vmap(lambda s: C))(jnp.ones((2, 3)))",
    "jax.vmap(lambda s: C)(jax.random.split(key, 2))",
    "jax.jit(jax.vmap(lambda s: C))(jnp.ones((2, 3, 4)))",
    "jax.grad(lambda s: jnp.sum(C))(2.0)",
    "jax.grad(lambda s: jnp.sum(C))(jnp.ones((2, 3)))",
    "jax.grad(lambda s: jnp.real(jnp.sum(C)))(jnp.ones(3, complex))",
    "jax.grad(lambda s: jnp.sum(C), holomorphic=True)(1j)",
    "jax.vmap(jax.grad(lambda s: jnp.sum(C)))(jnp.arange(3.0))",
    "jax.grad(jax.checkpoint(lambda s: jnp.sum(C)))(jnp.ones((2, 3)))",
    "jax.grad(lambda s: jnp.sum(C))(jnp.zeros((0, 3)))",
    "jax.grad(lambda s: jnp.sum(C))(jnp.ones(3, 'bfloat16'))",
    "jax.hessian(lambda s: jnp.sum(C))(2.0)",
    "jax.jacfwd(lambda s: C)(2.0)",
    "jax.jacrev(lambda s: C)(jnp.ones(3))",
    "jax.jvp(lambda s: C, (2.0,), (1.0,))",
    "jax.jvp(lambda s: C, (jnp.ones((2, 3)),), (jnp.ones((2, 3)),))",
    "jax.vjp(lambda s: C, jnp.ones(3))[1](x)",
    "jax.linearize(lambda s: C, 2.0)[1](1.0)",
    "jax.checkpoint(lambda s: C)(jnp.ones((2, 3)))",
    "jax.eval_shape(lambda s: C, jax.ShapeDtypeStruct((2**20, 0), 'float32'))",
    "jax.eval_shape(lambda s: C, jax.ShapeDtypeStruct((2**16, 2**16), 'bfloat16'))",
    "jax.eval_shape(lambda s: C, jax.ShapeDtypeStruct((2**40,), 'int8'))",
    "jax.make_jaxpr(lambda s: C)(2.0)",
    "jax.lax.scan(lambda c, s: (c + 1, C), 0, jnp.arange(3.0))",
    "jax.lax.scan(lambda s, c: (C, c), 1.0, None, length=3)",
    "jax.lax.scan(lambda s, c: (C, s), x, None, length=0)",
    "jax.grad(lambda v: jax.lax.scan(lambda s, c: (jnp.sum(C), s), v, jnp.arange(3.0))[0])(1.0)",
    "jax.vmap(lambda v: jax.lax.cond(v > 1, lambda s: C, lambda s: C, v))(jnp.arange(3.0))",
    "jax.vmap(lambda v: jax.lax.while_loop(lambda s: jnp.sum(s) < 3, lambda s: C, v))(jnp.arange(3.0))",
    "jax.lax.map(lambda s: C, jnp.arange(3))",
    "jax.lax.map(lambda s: C, jnp.ones((4, 3)), batch_size=2)",
    "jax.lax.fori_loop(0, 3, lambda i, s: C, 1.0)",
    "jax.lax.fori_loop(0, 3, lambda s, v: v + jnp.sum(C), 1.0)",
    "jax.lax.while_loop(lambda s: s < 3, lambda s: C, 0)",
    "jax.lax.cond(True, lambda s: C, lambda s: s, x)",
    "jax.lax.switch(1, [lambda s: C] * 3, 2)",
    "jax.lax.associative_scan(lambda s, t: C, jnp.ones((4, 3)))",
    "jax.lax.reduce(x, 0.0, lambda s, t: C, (0,))",
    "jax.custom_vjp(lambda s: C)(2.0)",
    "jax.custom_jvp(lambda s: C)(x)",
    "jax.tree.map(lambda s: C, {'a': 1.0, 'b': [x, None]})",
    "jax.pure_callback(lambda s: C, 2.0, 2.0)",
    "jax.debug.callback(lambda s: C, x)",
    "jnp.vectorize(lambda s: C)(x)",
    "jnp.vectorize(lambda s: C, signature='(n)->()')(x)",
    "jnp.apply_along_axis(lambda s: C, 0, x)",
    "jnp.piecewise(x, [x > 1], [lambda s: C])",
    "ops.vectorized_map(lambda s: C, jnp.ones((2, 3)))",
    "ops.map(lambda s: C, jnp.ones((2, 3)))",
    "ops.cond(jnp.sum(x) > 1, lambda: [C for s in (1,)][0], lambda: x)",
    "layers.Lambda(lambda s: C)(keras.Input((3,)))",
    "layers.TimeDistributed(layers.Lambda(lambda s: C))(keras.Input((4, 3)))",
    "(lambda s: C)(keras.Input((3,)))",
    "(lambda s: C)(keras.Input((8, 8, 3)))",
    "(lambda s: C)(keras.Variable(x))",
    "(lambda s: C)(np.load('x.npy'))",
    "[C for s in (1, 2.0, x, None)]",
    "sorted([3, 1], key=lambda s: C)",
    "jax.jit(lambda s: [C, kept.append(s)])(x), kept[-1] + 1",
    "functools.lru_cache(lambda s: C)(1)",
    "partial(lambda s: C)(s=x)",
    "jax.grad(lambda s: jnp.sum(C) + (s := 2.0))(1.0)",
    "jax.pmap(lambda s: C)(x[None])",
    "jax.shard_map(lambda s: C)(x)",
    "jax.named_call(lambda s: C)(x)",
    "jax.jit(lambda s: C, static_argnums=0)((1, 2))",
    "jax.jit(lambda s: C, donate_argnums=0)(x)",
    "jax.value_and_grad(lambda s: (jnp.sum(C), s), has_aux=True)(x)",
    "jax.jvp(jax.grad(lambda s: jnp.sum(C)), (x,), (x,))",
    "jax.vmap(jax.jvp, (None, 0, 0))(lambda s: C, (x,), (x,))",
    "jax.lax.custom_linear_solve(lambda s: C, x, lambda f, b: b)",
    "jax.experimental.checkify.checkify(lambda s: C)(x)",
];

/// What an argument `A` becomes when it depends on `s`.
const TRACED: &[&str] = &[
    "s",
    "s",
    "(A) * s",
    "(A) + s",
    "jnp.asarray(A) * s",
    "jnp.asarray(A) + jnp.asarray(s).astype(jnp.asarray(A).dtype)",
    "jnp.where(jnp.any(s > 0), A, A)",
    "jnp.asarray(s).astype(int)",
    "jnp.sum(s)",
    "s > 1",
    "s.shape",
    "s.dtype",
    "[s, A]",
    "(A, s)",
    "lambda *a: s",
    "jax.lax.stop_gradient(s)",
];

/// A piece one or two of whose calls are changed.
pub fn program(choices: &mut dyn Choices, corpus: &Corpus) -> String {
    let uses = corpus.uses();
    let at = (choices.below(256) * 256 + choices.below(256)) % uses.len().max(1);
    let Some((name, places)) = uses.iter().nth(at) else { return String::new() };
    let place = (choices.below(256) * 256 + choices.below(256)) % places.len().max(1);
    let Some((head, body)) = places.get(place).and_then(|&piece| corpus.pieces.get(piece)) else {
        return String::new();
    };
    let mut body = body.clone();
    for _ in 0..1 + choices.below(2) {
        body = changed(choices, &body, |called| last_part(called) == name);
    }
    if choices.once_in(4) {
        body = changed(choices, &body, |_| true);
    }
    format!("{}{head}{body}", odd::HEAD)
}

/// The text with one of the calls changed for which `is_meant` holds.
fn changed(choices: &mut dyn Choices, text: &str, is_meant: impl Fn(&str) -> bool) -> String {
    let mut calls = scan::calls(text);
    calls.retain(|call| is_meant(&text[call.callee.clone()]));
    if calls.is_empty() {
        return text.to_owned();
    }
    let call = calls.swap_remove(choices.below(calls.len()));
    let new = other(choices, text, &call);
    format!("{}{new}{}", &text[..call.whole.start], &text[call.whole.end..])
}

/// Another call in the place of one.
fn other(choices: &mut dyn Choices, text: &str, call: &Call) -> String {
    let callee = &text[call.callee.clone()];
    let mut args: Vec<String> = call.args.iter().map(|arg| text[arg.clone()].to_owned()).collect();
    let is_whole = !callee.starts_with('.');
    let is_traced = is_whole && choices.below(2) == 0;
    let at = choices.below(args.len().max(1));
    match choices.below(10) {
        0 => args.push(odd::value(choices)),
        1 | 2 => args.push(keyword(choices, callee)),
        3 if !args.is_empty() => drop(args.remove(at)),
        4 if !args.is_empty() => {
            let other = choices.below(args.len());
            args.swap(at, other);
        }
        _ => {
            if let Some(arg) = args.get_mut(at) {
                let (name, value) = split(arg);
                let value = match is_traced {
                    true => odd::fill(odd::pick(choices, TRACED), "A", value),
                    false => odd::changed(choices, value),
                };
                *arg = format!("{name}{value}");
            }
        }
    }
    let new = format!("{callee}({})", args.join(", "));
    if is_traced || (is_whole && choices.once_in(6)) {
        odd::fill(odd::pick(choices, TRANSFORMS), "C", &new)
    } else {
        new
    }
}

/// The name of a keyword argument with its sign, and the value.
fn split(arg: &str) -> (&str, &str) {
    let end = arg.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
    let is_named = end > 0 && arg[end..].starts_with('=') && !arg[end..].starts_with("==");
    arg.split_at(if is_named { end + 1 } else { 0 })
}

/// An argument by the name of a parameter of something that is called like that.
fn keyword(choices: &mut dyn Choices, callee: &str) -> String {
    let last = last_part(callee);
    let all: Vec<&'static super::tables::Callable> =
        super::tables::all().iter().filter(|known| last_part(&known.path) == last).collect();
    let Some(known) = all.get(choices.below(all.len().max(1))) else { return odd::value(choices) };
    match known.parameters.get(choices.below(known.parameters.len().max(1))) {
        Some(name) if choices.below(3) == 0 => format!("{name}={}", super::guess::fitting(choices, name)),
        Some(name) => format!("{name}={}", odd::value(choices)),
        None => odd::value(choices),
    }
}
