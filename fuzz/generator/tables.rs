//! Calls of everything that the tables of the library declare, mostly with wrong arguments.

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub use keramos_frontend::reference::Callable;
use keramos_frontend::reference::callables;

use super::Choices;
use super::expressions::expression;

/// Everything that the tables declare.
pub fn all() -> &'static [Callable] {
    static CALLABLES: OnceLock<Vec<Callable>> = OnceLock::new();
    CALLABLES.get_or_init(callables)
}

/// Values whose methods are called, by the name that the reference gives their type.
const SELVES: &[(&str, &[&str])] = &[
    ("str", &["'a b,c'", "''", "'{:>{w}}'", "'ß\\n\\x00İ'", "b"]),
    ("list", &["[3, 1, 2]", "[]", "a", "['x', None]"]),
    ("tuple", &["(1, 2, 1)", "()"]),
    ("range", &["range(5)", "range(10, 0, -3)"]),
    ("dict", &["{'a': 1, 2: []}", "{}", "y"]),
    ("set", &["{1, 2}", "set()", "frozenset('ab')"]),
    ("number", &["7", "-2.5", "(2**70)", "True", "float('nan')"]),
    ("iterator", &["iter([1, 2])", "(i for i in range(3))", "zip([1], 'b')"]),
    ("frozenset", &["frozenset('ab')", "frozenset()"]),
    ("dict view", &["{'a': 1}.keys()", "{'a': 1, 2: 3}.items()", "{}.keys()"]),
    ("slice", &["slice(1, None, -2)", "slice('a')"]),
    ("bytes", &["b'a,b'", "b''", "b'\\xff\\x00'"]),
    ("complex", &["3j", "(1 - 2j)"]),
];

/// A value that has the methods which the reference tells under that name.
pub fn receiver<'a>(choices: &mut dyn Choices, of: &str) -> Option<&'a str> {
    let (_, values) = SELVES.iter().find(|(kind, _)| *kind == of)?;
    Some(choices.one(values))
}

/// A call of a layer, function or class of the library.
pub fn call(choices: &mut dyn Choices, depth: usize) -> String {
    let all = all();
    let at = (choices.below(256) * 256 + choices.below(256)) % all.len().max(1);
    let Some(callable) = all.get(at) else { return "len()".to_owned() };
    let mut args: Vec<String> = (0..choices.below(4)).map(|_| argument(choices, depth)).collect();
    for _ in 0..choices.below(3) {
        if let Some(name) = callable.parameters.get(choices.below(callable.parameters.len().max(1))) {
            args.push(format!("{name}={}", argument(choices, depth)));
        }
    }
    let (of, name) = callable.path.rsplit_once('.').unwrap_or(("", &callable.path));
    let call = match receiver(choices, of) {
        Some(value) => format!("{value}.{name}({})", args.join(", ")),
        None => format!("{}({})", callable.path, args.join(", ")),
    };
    match choices.below(4) {
        0 => format!("{call}({})", argument(choices, depth)),
        1 => format!("jax.jit(lambda x: {call})(x)"),
        _ => call,
    }
}

/// The imports that a call needs.
pub fn imports_of(call: &str) -> String {
    const SHORT: &[(&str, &str)] =
        &[("hk", "import haiku as hk\n"), ("nn", "from flax import linen as nn\n"), ("nnx", "from flax import nnx\n")];
    let mut imports = String::new();
    for word in call.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.') {
        let Some((module, _)) = word.rsplit_once('.') else { continue };
        let top = module.split('.').next().unwrap_or_default();
        let import = match SHORT.iter().find(|(short, _)| *short == top) {
            Some((_, import)) => (*import).to_owned(),
            None if modules().contains(module) => format!("import {module}\n"),
            None => continue,
        };
        if !imports.contains(&import) {
            imports += &import;
        }
    }
    imports
}

/// The modules of the tables.
fn modules() -> &'static BTreeSet<&'static str> {
    static MODULES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let methods = |module: &&str| SELVES.iter().all(|(kind, _)| kind != module);
    MODULES
        .get_or_init(|| all().iter().filter_map(|known| Some(known.path.rsplit_once('.')?.0)).filter(methods).collect())
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
    "100000",
    "2**31",
    "2**40",
    "2**62",
    "-2**63",
    "2**63 - 1",
    "(2**20, 2**20)",
    "(2**40, 2**40)",
    "(1, 2**31)",
    "jax.ShapeDtypeStruct((2**40, 3), 'float32')",
    "keras.Input((2**30, 3))",
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
