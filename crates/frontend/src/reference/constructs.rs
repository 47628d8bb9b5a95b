//! What of Python's grammar is compiled. Each row carries a program that shows it, and a test runs them all.

use crate::diagnostics::codes::{self, Code};

/// Whether a construct is compiled.
#[derive(Clone, Copy, Debug)]
pub enum Support {
    /// As CPython evaluates it.
    Full,
    /// With a limit, which the text states.
    Partial(&'static str),
    /// It is refused with this code; the text says why or what to write instead.
    No(Code, &'static str),
}

/// One construct of the language.
#[derive(Clone, Copy, Debug)]
pub struct Construct {
    /// What it is called.
    pub name: &'static str,
    /// Whether it is compiled.
    pub support: Support,
    /// A program that uses it.
    pub example: &'static str,
}

impl Construct {
    pub(super) fn row(&self) -> Vec<String> {
        let (compiled, remarks) = match self.support {
            Support::Full => ("yes", String::new()),
            Support::Partial(limit) => ("partly", limit.to_owned()),
            Support::No(code, why) => ("no", format!("{code}: {why}")),
        };
        vec![self.name.to_owned(), compiled.to_owned(), remarks]
    }
}

const fn full(name: &'static str, example: &'static str) -> Construct {
    Construct { name, support: Support::Full, example }
}

const fn partial(name: &'static str, limit: &'static str, example: &'static str) -> Construct {
    Construct { name, support: Support::Partial(limit), example }
}

const fn no(name: &'static str, code: Code, why: &'static str, example: &'static str) -> Construct {
    Construct { name, support: Support::No(code, why), example }
}

/// The constructs, in the order in which a tutorial would name them.
pub const CONSTRUCTS: &[Construct] = &[
    full("assignment, chained and unpacking", "a = b = 1\nc, (d, *e) = 1, (2, 3, 4)\nassert e == [3, 4]\n"),
    full("augmented assignment", "a = [1]\na += [2]\nassert a == [1, 2]\n"),
    full("annotated assignment; annotations are not evaluated", "a: undefined_type = 1\nassert a == 1\n"),
    full("assignment expressions `:=`", "if (n := 3) > 2:\n    assert n == 3\n"),
    full("attribute and item assignment, `del`", "d = {'a': 1}\nd['b'] = 2\ndel d['a']\nassert d == {'b': 2}\n"),
    full(
        "integers of any size, floats, strings, tuples, lists, dicts, sets",
        "assert 2 ** 100 % 7 == 2\nassert {1, 2} == {2, 1}\n",
    ),
    full(
        "f-strings with format specifications and `=`",
        "x = 3.14159\nassert f'{x:.2f} {x!r:>8}' == '3.14  3.14159'\n",
    ),
    full("slices, also with steps", "assert [0, 1, 2, 3][::-2] == [3, 1]\n"),
    full(
        "arithmetic, bit, comparison and boolean operators, chained comparisons",
        "assert 1 < 2 <= 2 != 3 and -7 // 2 == -4\n",
    ),
    full("conditional expressions", "assert (1 if [] else 2) == 2\n"),
    full("`if`, `elif`, `else`", "if 0:\n    a = 1\nelif 1:\n    a = 2\nassert a == 2\n"),
    full(
        "`for` and `while` with `break`, `continue`, `else`",
        "for i in range(3):\n    pass\nelse:\n    i = 9\nassert i == 9\n",
    ),
    full(
        "list, dict, set comprehensions and generator expressions",
        "assert sum(i * i for i in range(4) if i % 2) == 10\n",
    ),
    full(
        "functions: defaults, `*args`, `**kwargs`, keyword-only and positional-only parameters",
        "def f(a, /, b=2, *c, d, **e):\n    return a + b + d\nassert f(1, d=3) == 6\n",
    ),
    full(
        "closures, `nonlocal`, `global`",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n        return n\n    return g\ng = f()\ng()\nassert g() == 2\n",
    ),
    full("lambdas", "assert (lambda x, *y: (x, y))(1, 2) == (1, (2,))\n"),
    full(
        "decorators",
        "def twice(f):\n    return lambda x: f(f(x))\n@twice\ndef f(x):\n    return x + 1\nassert f(0) == 2\n",
    ),
    full(
        "generators: `yield`, `yield from`, `send`, `throw`, `close`, returned values",
        "def f():\n    got = yield 1\n    try:\n        yield got + (yield 2)\n    finally:\n        yield 3\ng = f()\nnext(g)\ng.send(5)\nassert g.send(6) == 11\n",
    ),
    full(
        "`match` with all patterns, on values known while compiling",
        "match {'a': [1, 2, 3]}:\n    case {'a': [x, *rest]} if x > 0:\n        assert rest == [2, 3]\n",
    ),
    full(
        "classes: inheritance, `super()`, properties, static and class methods, operator methods",
        "class A:\n    def __init__(self, x):\n        self.x = x\n    @property\n    def twice(self):\n        return 2 * self.x\nclass B(A):\n    def __add__(self, other):\n        return B(self.x + other.x)\nassert (B(1) + B(2)).twice == 6\n",
    ),
    full(
        "classes that derive from `dict`, `list`, `set`, `str`, `int`, `float` or `tuple`",
        "class D(dict):\n    def __getattr__(self, name):\n        return self[name]\nassert D(a=1).a == 1 and len(D(a=1)) == 1\n",
    ),
    full(
        "own `__hash__` and `__eq__` in dicts and sets; descriptors, `__slots__`, `__new__`, `__init_subclass__`",
        "class P:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, other):\n        return self.x == other.x\n    def __hash__(self):\n        return hash(self.x)\nassert {P(1): 2}[P(1)] == 2\n",
    ),
    full(
        "enumerations, also those of bits",
        "from enum import Enum\nclass Mode(Enum):\n    TRAIN = 1\n    TEST = 2\nassert [m.name for m in Mode] == ['TRAIN', 'TEST'] and Mode(1) is Mode.TRAIN\n",
    ),
    full(
        "`try`, `except`, `else`, `finally`, `raise … from …`",
        "try:\n    [][0]\nexcept IndexError as e:\n    text = str(e)\nassert text == 'list index out of range'\n",
    ),
    full(
        "`with` on objects of the program",
        "class C:\n    def __enter__(self):\n        return 1\n    def __exit__(self, *e):\n        return False\nwith C() as c:\n    assert c == 1\n",
    ),
    full("`assert`", "assert True, 'never'\n"),
    full("`import`, `from … import …`, aliases", "import keras.layers as L\nfrom keras import ops\n"),
    full(
        "`if __name__ == \"__main__\":`: the file is the main program",
        "if __name__ == '__main__':\n    a = 1\nassert a == 1\n",
    ),
    partial(
        "decisions on tensors",
        "`if` and `while` need a value known while compiling; use `keras.ops.cond`, `jax.lax.cond`, `jnp.where` on tensors",
        "import jax.numpy as jnp\nif jnp.sum(jnp.ones(3)) > 2:\n    a = 1\nassert a == 1\n",
    ),
    no("`async`, `await`", codes::UNSUPPORTED_SYNTAX, "nothing waits while compiling", "async def f():\n    pass\n"),
    no("`except*`", codes::UNSUPPORTED_SYNTAX, "write `except`", "try:\n    pass\nexcept* ValueError:\n    pass\n"),
    no(
        "type parameters and type aliases",
        codes::UNSUPPORTED_SYNTAX,
        "annotations are not evaluated: leave them out",
        "def f[T](x: T):\n    return x\n",
    ),
    no(
        "metaclasses",
        codes::UNSUPPORTED_SYNTAX,
        "use a plain class",
        "class M(type):\n    pass\nclass A(metaclass=M):\n    pass\n",
    ),
    full(
        "complex numbers, alone and with tensors",
        "import jax.numpy as jnp\nassert (jnp.asarray(1.0) + 2j).dtype == jnp.complex64\nassert (1 + 2j) * complex(0, 1) == -2 + 1j\n",
    ),
    full(
        "bytes",
        "assert b'a\\xff'[1] == 255 and 'é'.encode() == b'\\xc3\\xa9' and b'a,b'.split(b',') == [b'a', b'b']\n",
    ),
];
