//! Random programs, put together from pieces of the grammar: whatever they do, evaluation ends with
//! values or diagnostics.

use keramos_frontend::diagnostics::{Area, Source, codes};
use keramos_frontend::interp::{Options, run};
use proptest::prelude::*;

const ATOMS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "2**65",
    "10**400",
    "0.5",
    "-0.0",
    "1e308",
    "float('nan')",
    "float('inf')",
    "True",
    "None",
    "...",
    "''",
    "'abc'",
    "'{:>{w}}'",
    "'%s %d'",
    "[]",
    "[1, 2, 3]",
    "[[1], 'x']",
    "()",
    "(1,)",
    "{}",
    "{'a': 1}",
    "{1, 2}",
    "a",
    "b",
    "c",
    "f",
    "g",
    "C",
    "o",
    "range(5)",
    "range(10, 0, -3)",
    "len",
    "str",
    "int",
    "print",
    "iter([1, 2])",
    "(i for i in a)",
    "lambda x: x",
    "lambda *a, **k: (a, k)",
    "keras.Input(shape=(4,))",
    "keras.layers.Dense(3)",
    "keras",
    "np",
    "np.load('x')",
    "math.pi",
    "slice(1, None, -2)",
    "type(a)",
    "ValueError('e')",
    "NotImplemented",
    "a == b",
    "[x for x in a if x]",
    "{k: v for k, v in {}.items()}",
    "f'{a!r:>{3}}{b=}'",
    "'a' 'b'",
    "x",
    "super",
    "o.missing",
];

const BINARY: &[&str] = &[
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@", "<", "<=", "==", "!=", ">", ">=", " in ",
    " not in ", " is ", " is not ", " and ", " or ",
];

const CALLS: &[&str] = &[
    "len",
    "str",
    "repr",
    "int",
    "float",
    "bool",
    "list",
    "tuple",
    "dict",
    "set",
    "sorted",
    "reversed",
    "sum",
    "min",
    "max",
    "any",
    "all",
    "abs",
    "round",
    "divmod",
    "pow",
    "iter",
    "next",
    "enumerate",
    "zip",
    "map",
    "filter",
    "range",
    "isinstance",
    "getattr",
    "hasattr",
    "setattr",
    "callable",
    "type",
    "id",
    "hash",
    "chr",
    "ord",
    "hex",
    "format",
    "print",
    "vars",
    "dir",
    "f",
    "g",
    "C",
    "o",
    "a.append",
    "a.pop",
    "a.index",
    "'x'.join",
    "'a b'.split",
    "'{}'.format",
    "'abc'.center",
    "'abc'.replace",
    "{}.get",
    "{}.update",
    "{1}.union",
    "math.sqrt",
    "math.factorial",
    "math.comb",
    "np.prod",
    "np.array",
    "np.zeros",
    "keras.Sequential",
    "keras.layers.Add()",
    "keras.Model",
    "o.method",
    "super",
    "functools.partial",
    "functools.reduce",
    "itertools.product",
    "itertools.islice",
    "collections.namedtuple",
    "collections.Counter",
    "dataclasses.dataclass",
    "slice",
    "object",
    "property",
    "staticmethod",
    "Exception",
    "exit",
];

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(ATOMS).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(BINARY), inner.clone())
                .prop_map(|(a, op, b)| format!("({a}){op}({b})")),
            (prop::sample::select(CALLS), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(f, args)| format!("{f}({})", args.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(a, i)| format!("({a})[{i}]")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, i, j)| format!("({a})[{i}:{j}]")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) if ({b}) else ({c})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("[y for y in ({a})]")),
            inner.clone().prop_map(|a| format!("f(*({a}), **{{}})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, *({b})]")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("{{{a}: {b}}}")),
        ]
    })
}

fn indent(block: &str) -> String {
    block.lines().map(|line| format!("    {line}\n")).collect()
}

fn statement() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        expression(),
        expression().prop_map(|e| format!("a = {e}")),
        expression().prop_map(|e| format!("b = {e}")),
        expression().prop_map(|e| format!("a, *c = {e}")),
        expression().prop_map(|e| format!("a += {e}")),
        expression().prop_map(|e| format!("c[0] = {e}")),
        expression().prop_map(|e| format!("o.x = {e}")),
        expression().prop_map(|e| format!("a[{e}:] = c")),
        expression().prop_map(|e| format!("raise {e}")),
        expression().prop_map(|e| format!("assert {e}")),
        expression().prop_map(|e| format!("return {e}")),
        Just("del a[0]".to_owned()),
        Just("pass".to_owned()),
        Just("yield a".to_owned()),
        Just("import math, functools, itertools, collections, dataclasses, keras, numpy as np".to_owned()),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        let block = prop::collection::vec(inner, 1..3).prop_map(|lines| indent(&lines.join("\n")));
        prop_oneof![
            (expression(), block.clone()).prop_map(|(e, b)| format!("if {e}:\n{b}")),
            (expression(), block.clone()).prop_map(|(e, b)| format!("for x in {e}:\n{b}")),
            (expression(), block.clone()).prop_map(|(e, b)| format!("while {e}:\n{b}    break\n")),
            (block.clone(), block.clone())
                .prop_map(|(b, h)| format!("try:\n{b}except Exception as e:\n{h}finally:\n    pass\n")),
            (expression(), block.clone()).prop_map(|(e, b)| format!("with {e} as w:\n{b}")),
            block.clone().prop_map(|b| format!("def f(x=1, *args, **kw):\n{b}")),
            block.clone().prop_map(|b| format!(
                "class C:\n    def __init__(self, *a): self.v = a\n    def method(self, *a):\n{}",
                indent(&b)
            )),
            block.prop_map(|b| format!("class C(Exception):\n    def __eq__(self, o):\n{}", indent(&b))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_end(statements in prop::collection::vec(statement(), 1..8)) {
        let prelude = "import math, functools, itertools, collections, dataclasses, keras\nimport numpy as np\n\
                       a = [1, 2, 3]\nb = 'text'\nc = [0]\nx = 1\ndef f(x=1, *args, **kw): return x\n\
                       def g(): yield from a\nclass C:\n    def method(self, *a): return a\no = C()\n";
        // What each statement raises is caught, so that those after it run too.
        let guarded: Vec<String> =
            statements.iter().map(|s| format!("try:\n{}except Exception as e:\n    print(e)\n", indent(s))).collect();
        let main = indent(&guarded.concat());
        let locals = "a = [1, 2, 3]; b = 'text'; c = [0]; x = 1; o = C()";
        let program = format!("{prelude}def main():\n    {locals}\n{main}\nresult = main()\nprint(*result or ())\n");
        let evaluated = run(&Source::new("model.py", program.as_str()), Options { max_steps: Some(50_000) });
        for diagnostic in evaluated.diagnostics() {
            prop_assert!(diagnostic.code.area() != Area::Syntax, "{diagnostic}\n{program}");
            prop_assert!(diagnostic.code != codes::INTERNAL, "{diagnostic}\n{program}");
        }
    }
}
