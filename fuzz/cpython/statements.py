"""Programs of many small functions, each of which prints what it computed."""

import random as _random

from expressions import TYPES, Expressions

HEAD = '''import collections, functools, itertools, math, operator
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field


def shown(value):
    if isinstance(value, (set, frozenset)):
        return type(value).__name__ + repr(sorted(value, key=repr))
    return repr(value)


def run(number, case):
    try:
        case()
    except Exception as error:
        print(number, "raises", type(error).__name__, error)
    else:
        print(number, "ends")


def o(value):
    print("order", shown(value))
    return value


'''


class Case:
    """One function of a program."""

    def __init__(self, random):
        self.random = random
        self.e = Expressions(random)
        self.lines = []
        self.count = 0

    def new(self, kind, value=None):
        """Assigns a value of the type to a new name."""
        self.count += 1
        name = f"{kind[0]}{self.count}"
        text = self.e.of(kind) if value is None else value
        self.say(f"{name} = {text}")
        self.e.names[kind].append(name)
        return name

    def say(self, line, deeper=0):
        self.lines.append("    " * (deeper + 1) + line)

    def pick(self, choices):
        return self.random.choice(choices)

    def known(self, kind):
        """A name of the type."""
        return self.pick(self.e.names[kind]) if self.e.names[kind] else self.new(kind)

    def body(self, number):
        kinds = [name for name in dir(self) if name.startswith("do_")]
        for _ in range(self.random.randrange(2, 6)):
            getattr(self, self.pick(kinds))()
        for names in self.e.names.values():
            for name in names:
                self.say(f"print({number}, {name!r}, shown({name}))")
        return self.lines

    def do_assign(self):
        self.new(self.pick(TYPES))

    def do_assign_more(self):
        for _ in range(3):
            self.new(self.pick(TYPES[:9]))

    def do_print(self):
        self.say(f"print({self.e.shown()}, {self.e.shown()}, sep={self.pick([repr('|'), repr(''), 'None'])})")

    def do_augment(self):
        kind = self.pick(["int", "float", "str", "list", "set", "dict", "tuple"])
        name = self.known(kind)
        operators = {"int": "+ - * // % << >> & | ^".split(), "float": "+ - * / // % **".split(), "str": "+ * %".split()}
        operators |= {"list": ["+", "*"], "set": ["|", "&", "-", "^"], "dict": ["|"], "tuple": ["+", "*"]}
        operator = self.pick(operators[kind])
        other = kind
        if operator in ("<<", ">>", "**") or operator == "*" and kind in ("list", "tuple", "str"):
            self.say(f"{name} {operator}= {self.pick(['0', '1', '2', '3'])}")
            return
        if operator == "%" and kind == "str":
            other = "int"
        if kind == "list" and self.random.random() < 0.3:
            other = self.pick(["tuple", "texts", "int"])
        self.say(f"{name} {operator}= {self.e.of(other)}")

    def do_items(self):
        name = self.known("list")
        self.say(
            self.pick(
                [
                    f"{name}[{self.e.small()}] = {self.e.of('int')}",
                    f"{name}{self.e.slice()} = {self.e.of('list')}",
                    f"{name}{self.e.slice()} = {self.e.of('tuple')}",
                    f"del {name}[{self.e.small()}]",
                    f"del {name}{self.e.slice()}",
                    f"{name}[{self.e.small()}] += {self.e.of('int')}",
                ]
            )
        )

    def do_list_methods(self):
        name, e = self.known("list"), self.e
        for _ in range(self.random.randrange(1, 4)):
            self.say(
                self.pick(
                    [
                        f"{name}.append({e.of('int')})",
                        f"{name}.extend({e.of('tuple')})",
                        f"{name}.insert({e.small()}, {e.of('int')})",
                        f"print({name}.pop({self.pick(['', e.small()])}))",
                        f"{name}.remove({e.of('int')})",
                        f"{name}.sort(key=lambda v: {self.pick(['v', '-v', 'v % 3'])}, reverse={e.of('bool')})",
                        f"{name}.reverse()",
                        f"print({name}.copy() is {name}, {name}.count({e.of('int')}))",
                    ]
                )
            )

    def do_dict_methods(self):
        name, e = self.known("dict"), self.e
        for _ in range(self.random.randrange(1, 4)):
            self.say(
                self.pick(
                    [
                        f"{name}[{e.of('str')}] = {e.of('int')}",
                        f"del {name}[{e.of('str')}]",
                        f"print({name}.pop({e.of('str')}, {e.of('int')}))",
                        f"print({name}.setdefault({e.of('str')}, {e.of('int')}))",
                        f"{name}.update({e.of('dict')})",
                        f"print({name}.popitem())",
                        f"print(list({name}.items()), {name}.keys() & {e.of('dict')}.keys() == set())",
                        f"print(max({name}, key={name}.get, default=None))",
                    ]
                )
            )

    def do_set_methods(self):
        name, e = self.known("set"), self.e
        method = self.pick(["add", "discard", "remove"])
        others = ["update", "intersection_update", "difference_update", "symmetric_difference_update"]
        self.say(self.pick([f"{name}.{method}({e.of('int')})", f"{name}.{self.pick(others)}({e.of('list')})"]))

    def do_loop(self):
        name, e = f"t{self.count}", self.e
        self.count += 1
        total = self.new("int", "0")
        self.say(f"for {name} in {e.of(self.pick(['list', 'tuple', 'texts']))}:")
        self.say(f"if {name} {self.pick(['==', '!='])} {e.of('int')}:", 1)
        self.say(self.pick(["continue", "break", f"{total} -= 1"]), 2)
        self.say(f"{total} += {self.pick(['1', e.of('int')])}", 1)
        if self.random.random() < 0.5:
            self.say("else:")
            self.say(f"{total} = -{total}", 1)

    def do_while(self):
        total = self.new("int", self.pick(["0", "3", "-2"]))
        self.say(f"while {total} < {self.pick(['5', '9'])}:")
        self.say(f"{total} += {self.pick(['1', '2'])}", 1)
        self.say(f"if {self.e.of('bool')}:", 1)
        self.say(self.pick(["break", "pass", f"print('in', {total})"]), 2)
        self.say("else:")
        self.say("print('no break')", 1)

    def do_unpack(self):
        e = self.e
        source = e.of(self.pick(["list", "tuple"]))
        target = self.pick(["a, b", "a, *b", "*a, b", "a, *_, b", "a, (b, *_c)", "[a, b]"])
        self.say(f"{target} = {source}")
        self.say("print('unpacked', a, b)")

    def do_walrus(self):
        self.say(f"if (w := {self.e.of('int')}) {self.pick(['<', '>'])} {self.e.of('int')}:")
        self.say("print('walrus', w)", 1)
        self.say("print('after', w, [w := v for v in (1, 2)], w)")

    def do_try(self):
        e = self.e
        self.say("try:")
        kinds = ["ValueError", "KeyError", "ZeroDivisionError", "IndexError", "TypeError"]
        self.say(
            self.pick(
                [
                    f"print('tried', {e.shown()})",
                    f"raise {self.pick(kinds)}({self.pick(['', e.of('str'), e.of('int')])})",
                    f"print({e.of('int')} // {self.pick(['0', '1'])})",
                    f"raise {self.pick(kinds)}('first') from {self.pick(kinds)}('cause')",
                ]
            ),
            1,
        )
        self.say(f"except {self.pick(['ValueError', '(KeyError, IndexError)', 'ArithmeticError', 'LookupError'])} as error:")
        self.say("print('caught', type(error).__name__, error, error.args, repr(error.__cause__))", 1)
        if self.random.random() < 0.3:
            self.say("raise RuntimeError('again') from error", 1)
        if self.random.random() < 0.5:
            self.say("else:")
            self.say("print('else')", 1)
        if self.random.random() < 0.5:
            self.say("finally:")
            self.say(f"print('finally', {e.shown()})", 1)

    def do_closure(self):
        start = self.e.of("int")
        self.say("def counter(step=1, *rest, key=None, **options):")
        self.say(f"total = {start}", 1)
        self.say("def bump(by=step):", 1)
        self.say("nonlocal total", 2)
        self.say(f"total {self.pick(['+', '-', '*', '^'])}= by", 2)
        self.say("return total, rest, key, sorted(options.items())", 2)
        self.say("return bump", 1)
        arguments = ["", "2", "2, 3, 4", "key=5", "1, x=2, y=3", "*[1, 2], **{'key': 3, 'z': 4}", "1, step=2", "key=1, **{'key': 2}"]
        self.say(f"bump = counter({self.pick(arguments)})")
        self.say("print(bump(), bump(3), bump(by=-1))")


    def do_generator(self):
        e = self.e
        self.say("def numbers(n):")
        self.say("try:", 1)
        self.say("for i in range(n):", 2)
        self.say(f"got = yield i {self.pick(['+', '*', '**'])} {self.pick(['1', '2', '3'])}", 3)
        self.say("if got is not None: print('got', got)", 3)
        self.say("except ValueError as error:", 1)
        self.say("yield str(error)", 2)
        self.say("finally:", 1)
        self.say("print('done')", 2)
        self.say(f"return {e.of('int')}", 1)
        self.say("def around(n):")
        self.say("result = yield from numbers(n)", 1)
        self.say("yield ('result', result)", 1)
        self.say(f"g = around({self.pick(['0', '1', '2', '3'])})")
        self.say("print(next(g))")
        self.say(
            self.pick(
                [
                    "print(list(g))",
                    "print(g.send('x'), list(g))",
                    "print(g.throw(ValueError('thrown')), list(g))",
                    "g.close(); print(next(g, 'over'))",
                    "for v in g: print(v)",
                ]
            )
        )

    def do_class(self):
        e, pick = self.e, self.pick
        self.say("class Base:")
        self.say(f"shared = {e.of('int')}", 1)
        self.say("def __init__(self, x): self.x = x", 1)
        self.say("def __repr__(self): return f'{type(self).__name__}({self.x!r})'", 1)
        self.say("def name(self): return 'Base'", 1)
        methods = [
            "def __add__(self, other): return type(self)(self.x + getattr(other, 'x', other))",
            "def __radd__(self, other): return type(self)(other + self.x)",
            "def __eq__(self, other): return isinstance(other, Base) and self.x == other.x",
            "def __lt__(self, other): return self.x < other.x",
            "def __len__(self): return abs(int(self.x)) % 5",
            "def __getitem__(self, k): return (k, self.x)",
            "def __contains__(self, v): return v == self.x",
            "def __call__(self, *a, **k): return (a, k)",
            "def __bool__(self): return self.x != 0",
            "def __hash__(self): return hash(self.x)",
            "def __iter__(self): yield self.x; yield -self.x",
            "def __neg__(self): return type(self)(-self.x)",
            "def __format__(self, spec): return f'<{spec}>'",
            "def __getattr__(self, name): return name * 2 if name != 'y' else 1",
            "def __enter__(self): print('enter'); return self",
            "def __mul__(self, other): return NotImplemented",
        ]
        self.say("def __exit__(self, *error): print('exit', error[0] is None); return False", 1)
        for method in self.random.sample(methods, self.random.randrange(2, 6)):
            self.say(method, 1)
        for mixin, base in (("Left", "Base"), ("Right", "Base"), ("Both", pick(["Left, Right", "Right, Left", "Left"]))):
            self.say(f"class {mixin}({base}):")
            self.say(f"def name(self): return {mixin!r} + super().name()", 1)
            if self.random.random() < 0.4:
                self.say("@property", 1)
                self.say("def twice(self): return self.x * 2", 1)
                self.say("@twice.setter", 1)
                self.say("def twice(self, value): self.x = value", 1)
            if self.random.random() < 0.3:
                self.say("@classmethod", 1)
                self.say("def make(cls, x=1): return cls(x)", 1)
            if self.random.random() < 0.3:
                self.say("@staticmethod", 1)
                self.say("def helper(a, b=2): return a - b", 1)
        self.say(f"u, v = Both({e.of('int')}), {pick(['Left', 'Base'])}({e.of('int')})")
        uses = ["u + v", "1 + u", "u + 1", "u == v", "u < v", "len(u)", "u[1:2]", "3 in u", "u(1, k=2)", "bool(u)", "-u", "f'{u:>5}'"]
        uses += ["list(u)", "u.missing", "u.name()", "[c.__name__ for c in Both.__mro__]", "u.twice", "Both.make()", "u.helper(5)"]
        uses += ["sorted([u, v])", "u != v", "{u: 1}[u]", "hasattr(u, 'zz')", "u.__dict__", "u * 2", "isinstance(u, Left)", "max(u, v)"]
        uses += ["type(u).__name__", "u.shared", "setattr(u, 'twice', 5)", "vars(v)", "super(Both, u).name()", "str(u) + repr(v)"]
        for use in self.random.sample(uses, 5):
            self.say("try:")
            self.say(f"print({use!r}, {use})", 1)
            self.say("except Exception as error:")
            self.say("print(type(error).__name__, error)", 1)

    def do_records(self):
        e = self.e
        self.say(f"@dataclass({self.pick(['', 'order=True', 'frozen=True', 'eq=False, repr=True', 'order=True, frozen=True'])})")
        self.say("class Record:")
        self.say("a: int", 1)
        self.say(f"b: float = {e.leaf('float')}", 1)
        self.say("c: list = field(default_factory=list)", 1)
        self.say("Point = namedtuple('Point', 'x y', defaults=[5])")
        self.say(f"r, q = Record({e.of('int')}), Record(1, 2.0, [3])")
        self.say(f"p = Point({e.of('int')})")
        uses = ["r", "r == q", "r < q", "p", "p == tuple(p)", "p._replace(y=1)", "p + (1,)", "p._asdict()", "hash(p) == hash(tuple(p))"]
        uses += ["setattr(r, 'a', 5)", "r.c is q.c", "Record()", "Point(1, 2, 3)", "sorted([q, r])", "{r: 1}", "p.z"]
        for use in self.random.sample(uses, 4):
            self.say("try:")
            self.say(f"print({use!r}, {use})", 1)
            self.say("except Exception as error:")
            self.say("print(type(error).__name__, error)", 1)

    def do_match(self):
        e = self.e
        self.say("def kind(value):")
        self.say("match value:", 1)
        cases = [
            ("0 | 1", "'bit'"),
            ("int(n) if n < 0", "('negative', n)"),
            ("[]", "'empty'"),
            ("[x]", "('one', x)"),
            ("[x, *rest]", "('more', x, rest)"),
            ("(1, y)", "('pair', y)"),
            ("{'a': a, **rest}", "('a', a, rest)"),
            ("{}", "'mapping'"),
            ("str() as s", "('text', s)"),
            ("None", "'none'"),
            ("float()", "'float'"),
            ("True", "'true'"),
        ]
        for pattern, result in self.random.sample(cases, 6):
            self.say(f"case {pattern}: return {result}", 2)
        self.say("return 'other'", 1)
        self.say(f"print([kind(v) for v in ({e.of('int')}, {e.shown()}, {e.shown()}, None)])")

    def do_with(self):
        e = self.e
        self.say("@contextmanager")
        self.say("def managed(name):")
        self.say("print('in', name)", 1)
        self.say("try: yield name", 1)
        self.say(f"except {self.pick(['ValueError', 'ZeroDivisionError', 'Exception'])} as error: print('swallowed', error)", 1)
        self.say("finally: print('out', name)", 1)
        self.say(f"with managed('a') as a, managed({e.of('int')}) as b:")
        self.say(self.pick(["print(a, b)", f"print({e.of('int')} // 0)", "raise ValueError(a)", "print([][1])"]), 1)

    def do_order(self):
        e = self.e
        value = lambda: f"o({e.leaf(self.pick(['int', 'list', 'str']))})"
        self.say(
            self.pick(
                [
                    f"print([{value()}, {value()}] and {{{value()!s} if False else o('k'): {value()}}})",
                    f"print(o(1) {self.pick(['<', '>', '=='])} o(2) {self.pick(['<', '!='])} o(0))",
                    f"print((lambda *a, **k: (a, k))(o(1), *o([2]), x={value()}, **o({{'y': 3}})))",
                    f"d = {{}}; d[o('k')] = {value()}; d[o('k')] += o(1) if isinstance(d['k'], int) else d['k']",
                    f"print({value()} if o({self.pick(['0', '1'])}) else {value()})",
                    f"print(o({self.pick(['0', '1'])}) and {value()} or {value()})",
                    f"print([o(i) for i in o([1, 2]) if o(i - 1)])",
                    f"print(o([1, 2, 3])[o(0):o(2)], o('%s') % o(5), f'{{o(1)}}{{o(2)}}')",
                ]
            )
        )

    def do_library(self):
        e = self.e
        self.say(
            "print("
            + self.pick(
                [
                    f"collections.Counter({e.of('str')}).most_common(2)",
                    f"list(itertools.product({e.of('list')}[:2], {e.of('str')}[:2]))",
                    f"list(itertools.combinations({e.of('list')}[:4], 2))",
                    f"list(itertools.permutations({e.of('list')}[:3]))[:5]",
                    f"list(itertools.zip_longest({e.of('list')}, {e.of('texts')}, fillvalue='-'))",
                    f"list(itertools.takewhile(lambda v: v < 5, {e.of('list')}))",
                    f"functools.partial({self.pick(['pow, 2', 'int, base=2', 'max, 3'])})({self.pick(['3', repr('101'), '10'])})",
                    f"collections.deque({e.of('list')}, maxlen={self.pick(['None', '2', '0'])})",
                    f"operator.itemgetter({e.small()})({e.of('list')})",
                    f"sorted({e.of('texts')}, key=functools.cmp_to_key(lambda a, b: len(a) - len(b)))",
                    f"list(zip(*[iter({e.of('list')})] * 2))",
                    f"collections.defaultdict(list, {{'a': {e.of('list')}}})",
                    f"math.comb({e.small()}, {e.small()}), math.isclose({e.of('float')}, {e.of('float')})",
                    f"math.prod({e.of('list')}), math.frexp({e.of('float')})",
                ]
            )
            + ")"
        )


def program(seed, cases=40):
    """The text of the program of that seed."""
    random = _random.Random(seed)
    text = HEAD
    for number in range(cases):
        lines = Case(random).body(number)
        text += f"def case_{number}():\n" + "\n".join(lines) + f"\n\n\nrun({number}, case_{number})\n\n\n"
    return text
