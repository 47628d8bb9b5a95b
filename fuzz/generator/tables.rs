//! Calls of everything that the tables of the library declare, mostly with wrong arguments.

use std::sync::OnceLock;

use keramos_frontend::library::{ParamKind, Signature};
use keramos_frontend::modules;
use keramos_frontend::value::Value;

use super::Choices;
use super::expressions::expression;

/// A name of a module that can be called, and the names of its parameters.
struct Callable {
    path: String,
    parameters: Vec<&'static str>,
}

fn callables() -> &'static [Callable] {
    static CALLABLES: OnceLock<Vec<Callable>> = OnceLock::new();
    CALLABLES.get_or_init(|| {
        let modules =
            modules::all().filter(|module| module.name.starts_with("keras") || module.name.starts_with("jax"));
        let named = |signature: &Signature| {
            let all = signature.params.iter().chain(signature.common);
            all.filter(|p| matches!(p.kind, ParamKind::Normal | ParamKind::Keyword)).map(|p| p.name).collect()
        };
        let callable = |module: &'static str, name: &'static str, value: Option<Value>| {
            let parameters = match value {
                Some(Value::Class(decl)) => named(&decl.signature),
                Some(Value::Function(decl)) => named(&decl.signature),
                _ => Vec::new(),
            };
            Callable { path: format!("{module}.{name}"), parameters }
        };
        modules.flat_map(|m| (m.names)().into_iter().map(move |name| callable(m.name, name, (m.get)(name)))).collect()
    })
}

/// A call of a layer, function or class of the library.
pub fn call(choices: &mut dyn Choices, depth: usize) -> String {
    let all = callables();
    let at = (choices.below(256) * 256 + choices.below(256)) % all.len().max(1);
    let Some(callable) = all.get(at) else { return "len()".to_owned() };
    let mut args: Vec<String> = (0..choices.below(4)).map(|_| argument(choices, depth)).collect();
    for _ in 0..choices.below(3) {
        if let Some(name) = callable.parameters.get(choices.below(callable.parameters.len().max(1))) {
            args.push(format!("{name}={}", argument(choices, depth)));
        }
    }
    let call = format!("{}({})", callable.path, args.join(", "));
    match choices.below(4) {
        0 => format!("{call}({})", argument(choices, depth)),
        _ => call,
    }
}

fn argument(choices: &mut dyn Choices, depth: usize) -> String {
    match choices.below(3) {
        0 => expression(choices, depth.saturating_sub(1)),
        _ => choices.one(ARGUMENTS).to_owned(),
    }
}

/// What such functions are called with, rightly and wrongly.
const ARGUMENTS: &[&str] = &[
    "x",
    "y",
    "2",
    "0",
    "-1",
    "3.5",
    "None",
    "'relu'",
    "'same'",
    "'nothing'",
    "(2, 3)",
    "(0,)",
    "(-1, 2)",
    "[1, 2]",
    "True",
    "float('inf')",
    "10 ** 30",
    "jnp.ones((2, 3, 4))",
    "jnp.ones((2, 3), 'int32')",
    "jnp.zeros((0, 3))",
    "jnp.asarray(1.0)",
    "jnp.ones(3, bool)",
    "jax.random.key(0)",
    "keras.Input((4,))",
    "keras.Input((8, 8, 3))",
    "keras.Input((5, 4))",
    "keras.Input(())",
    "layers.Dense(2)",
    "lambda t: t",
    "lambda c, t: (c, t)",
    "{'a': x}",
    "'float16'",
    "jnp.complex64",
    "'ij,jk->ik'",
    "np.load('x')",
    "f",
    "o",
    "...",
    "slice(1)",
];
