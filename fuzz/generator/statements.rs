//! Statements of plain Python.

use super::Choices;
use super::expressions::expression;

/// The text, four blanks further to the right.
pub fn indent(block: &str) -> String {
    block.lines().map(|line| format!("    {line}\n")).collect()
}

/// A statement whose exceptions are caught, so that what follows runs, too.
pub fn guarded(choices: &mut dyn Choices) -> String {
    let body = indent(&statement(choices, 3));
    match choices.below(3) {
        0 => body.lines().map(|line| format!("{}\n", &line[4..])).collect(),
        _ => format!("try:\n{body}except Exception as e:\n    print(e)\n"),
    }
}

/// A call of something that the tables declare.
pub fn call_of_library(choices: &mut dyn Choices) -> String {
    let call = super::tables::call(choices, 2);
    let body = indent(&format!("{}x = {call}\n", super::tables::imports_of(&call)));
    format!("try:\n{body}except Exception as e:\n    print(e)\n")
}

fn block(choices: &mut dyn Choices, depth: usize) -> String {
    let lines: Vec<String> = (0..1 + choices.below(3)).map(|_| statement(choices, depth - 1)).collect();
    indent(&lines.join("\n"))
}

/// A statement of at most so many levels.
pub fn statement(choices: &mut dyn Choices, depth: usize) -> String {
    let e = |choices: &mut dyn Choices| expression(choices, 3);
    if depth == 0 || choices.once_in(2) {
        return match choices.below(13) {
            0 => e(choices),
            1 => format!("a = {}", e(choices)),
            2 => format!("b = {}", e(choices)),
            3 => format!("a, *c = {}", e(choices)),
            4 => format!("a += {}", e(choices)),
            5 => format!("c[0] = {}", e(choices)),
            6 => format!("o.x = {}", e(choices)),
            7 => format!("x = {}", e(choices)),
            8 => format!("raise {}", e(choices)),
            9 => format!("assert {}", e(choices)),
            10 => "del a[0]".to_owned(),
            11 => format!("print({})", e(choices)),
            _ => "pass".to_owned(),
        };
    }
    match choices.below(14) {
        0 => format!("if {}:\n{}", e(choices), block(choices, depth)),
        1 => format!("for x in {}:\n{}", e(choices), block(choices, depth)),
        2 => format!("while {}:\n{}    break\n", e(choices), block(choices, depth)),
        3 => format!(
            "try:\n{}except Exception as e:\n{}finally:\n    pass\n",
            block(choices, depth),
            block(choices, depth)
        ),
        4 => format!("with {} as w:\n{}", e(choices), block(choices, depth)),
        5 => format!("def f(x=1, *args, **kw):\n{}    return {}\n", block(choices, depth), e(choices)),
        6 => format!("def g(x=1):\n{}    yield {}\n", block(choices, depth), e(choices)),
        7 => {
            let method = choices.one(&[
                "method",
                "__eq__",
                "__add__",
                "__getitem__",
                "__call__",
                "__iter__",
                "__len__",
                "__init__",
            ]);
            format!("class C:\n    def {method}(self, *a):\n{}", indent(&block(choices, depth)))
        }
        8 => format!("match {}:\n{}", e(choices), indent(&cases(choices, depth))),
        9 => format!("def g(x=1):\n{}    a = yield {}\n", indent(&yielding(choices, depth)), e(choices)),
        10 => format!(
            "@dataclasses.dataclass({})\nclass C:\n    a: int = {}\n    b: object = None\n",
            choices.one(&["", "frozen=True", "order=True", "eq=False", "unsafe_hash=True", "kw_only=True"]),
            e(choices)
        ),
        11 => format!(
            "class C({}):\n    A = {}\n    B = {}\n    def method(self, *a):\n{}",
            choices.one(&[
                "enum.Enum",
                "enum.IntEnum",
                "enum.StrEnum",
                "str, enum.Enum",
                "dict",
                "list",
                "int",
                "tuple"
            ]),
            e(choices),
            e(choices),
            indent(&block(choices, depth))
        ),
        12 => format!(
            "@contextlib.contextmanager\ndef g(x=1):\n{}    yield x\nwith g() as w:\n{}",
            block(choices, depth),
            block(choices, depth)
        ),
        _ => format!(
            "@{}\ndef f(x, y=2):\n{}    return x\n",
            choices.one(&[
                "jax.jit",
                "jax.checkpoint",
                "property",
                "partial(jax.jit, static_argnums=1)",
                "functools.wraps(f)",
                "jax.custom_jvp"
            ]),
            block(choices, depth)
        ),
    }
}

/// Statements of a generator.
fn yielding(choices: &mut dyn Choices, depth: usize) -> String {
    let e = |choices: &mut dyn Choices| expression(choices, 2);
    match choices.below(7) {
        0 => format!("yield {}\n", e(choices)),
        1 => format!("c = [(yield), {}, (yield {})]\n", e(choices), e(choices)),
        2 => format!("yield from {}\n", e(choices)),
        3 => format!("for x in {}:\n    yield x\n", e(choices)),
        4 => format!(
            "try:\n{}    yield 1\nexcept Exception:\n    yield 2\nfinally:\n    yield 3\n",
            block(choices, depth)
        ),
        5 => format!("with {} as w:\n    yield w\n", e(choices)),
        _ => format!("while (yield {}):\n{}    break\n", e(choices), block(choices, depth)),
    }
}

/// The cases of a `match`.
fn cases(choices: &mut dyn Choices, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + choices.below(3) {
        let guard = if choices.once_in(3) { format!(" if {}", expression(choices, 2)) } else { String::new() };
        text += &format!("case {}{guard}:\n{}", pattern(choices, 3), block(choices, depth));
    }
    text
}

/// A pattern of at most so many levels.
fn pattern(choices: &mut dyn Choices, depth: usize) -> String {
    const SIMPLE: &[&str] =
        &["_", "v", "0", "-1.5", "'a'", "None", "True", "o.x", "int()", "str(s)", "C()", "[]", "{}", "*r"];
    if depth == 0 || choices.once_in(3) {
        return choices.one(SIMPLE).to_owned();
    }
    let inner = |choices: &mut dyn Choices| pattern(choices, depth - 1);
    match choices.below(7) {
        0 => format!("[{}, {}]", inner(choices), inner(choices)),
        1 => format!("({}, *rest)", inner(choices)),
        2 => format!("{{'a': {}, **others}}", inner(choices)),
        3 => format!("C({}, a={})", inner(choices), inner(choices)),
        4 => format!("({} | {})", inner(choices), inner(choices)),
        5 => format!("{} as whole", inner(choices)),
        _ => format!("{}, {}", inner(choices), inner(choices)),
    }
}
