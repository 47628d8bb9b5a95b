"""Programs of many small functions, each of which prints what it computed."""

import random as _random

from expressions import TYPES, Expressions
from people import People

HEAD = '''import collections, copy, enum, functools, heapq, itertools, json, math, operator, os.path, pathlib, re, statistics, string, textwrap, types, typing
from collections import namedtuple
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import InitVar, asdict, astuple, dataclass, field, fields, replace


def shown(value):
    if isinstance(value, (set, frozenset)) and not all(isinstance(v, (int, float)) for v in value):
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


class Case(People):
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

    def tried(self, uses, count):
        """Prints some of the expressions, and what those raise that fail."""
        for use in self.random.sample(uses, min(count, len(uses))):
            self.say("try:")
            self.say(f"print({use!r}, {use})", 1)
            self.say("except Exception as error:")
            self.say("print(type(error).__name__, error)", 1)

    def do_slots_and_descriptors(self):
        e, pick = self.e, self.pick
        self.say("class Typed:")
        self.say("def __init__(self, kind): self.kind = kind", 1)
        self.say("def __set_name__(self, owner, name): self.name = '_' + name; print('named', owner.__name__, name)", 1)
        self.say("def __get__(self, obj, owner=None):", 1)
        self.say("return self if obj is None else getattr(obj, self.name, 'unset')", 2)
        if self.random.random() < 0.7:
            self.say("def __set__(self, obj, value):", 1)
            self.say("if not isinstance(value, self.kind): raise TypeError(f'{self.name} wants {self.kind.__name__}')", 2)
            self.say("setattr(obj, self.name, value)", 2)
        self.say("class Registry:")
        self.say("known = {}", 1)
        self.say("def __init_subclass__(cls, /, tag=None, **rest):", 1)
        self.say("super().__init_subclass__(**rest); Registry.known[tag or cls.__name__] = cls", 2)
        self.say("def __class_getitem__(cls, item): return (cls.__name__, item)", 1)
        self.say(f"class Item(Registry{pick(['', ', tag=1', ', tag=None'])}):")
        if self.random.random() < 0.3:
            self.say(f"__slots__ = {pick([repr(('x', '_y')), repr(['_y']), repr('_y')])}", 1)
        self.say(f"y = Typed({pick(['int', 'str', '(int, float)'])})", 1)
        self.say(f"def __init__(self, x={e.leaf('int')}): self.x = x", 1)
        self.say("def __setattr__(self, name, value): print('set', name); object.__setattr__(self, name, value)", 1)
        self.say("class More(Item): pass")
        self.say("u = More()")
        uses = ["u.y", "setattr(u, 'y', 3)", "setattr(u, 'y', 'a')", "u.__dict__", "sorted(vars(u))", "u.x", "Item[int, 2]", "Registry.known.keys()"]
        uses += ["More.__mro__[1].__name__", "delattr(u, 'x')", "hasattr(u, '_y')", "type(Item.y).__name__", "setattr(u, 'z', 1)", "More.__bases__"]
        self.tried(uses, 6)

    def do_enum(self):
        pick = self.pick
        kind = pick(["Enum", "IntEnum", "Flag", "IntFlag", "StrEnum"])
        values = {"Enum": ["1", "'a'", "(1, 2)", "enum.auto()"], "StrEnum": ["'a'", "enum.auto()"]}.get(kind, ["1", "2", "4", "enum.auto()"])
        self.say(f"class Kind(enum.{kind}):")
        for name in ("ONE", "TWO", "THREE"):
            self.say(f"{name} = {pick(values)}", 1)
        if self.random.random() < 0.4:
            self.say("@classmethod", 1)
            self.say("def _missing_(cls, value): return cls.ONE if value == 'first' else None", 1)
        if self.random.random() < 0.4:
            self.say("def next(self): members = list(type(self)); return members[(members.index(self) + 1) % len(members)]", 1)
        uses = ["list(Kind)", "Kind.ONE", "repr(Kind.TWO)", "Kind['THREE']", "Kind(1)", "Kind('first')", "Kind.ONE == 1", "Kind.ONE < Kind.TWO"]
        uses += ["Kind.ONE | Kind.TWO", "Kind.TWO & 3", "~Kind.ONE", "Kind.ONE in Kind", "{Kind.ONE: 5}[Kind.ONE]", "f'{Kind.TWO:>10}|{Kind.TWO!r}'"]
        uses += ["Kind.ONE.next()", "len(Kind)", "Kind.__members__", "setattr(Kind, 'ONE', 5)", "Kind.ONE.name, Kind.ONE.value", "isinstance(Kind.ONE, int)"]
        uses += ["sorted(Kind, key=lambda k: str(k.value))", "'%s' % Kind.ONE", "json.dumps([Kind.ONE])", "copy.deepcopy(Kind.ONE) is Kind.ONE", "max(Kind)"]
        self.tried(uses, 7)

    def do_fields(self):
        e, pick = self.e, self.pick
        options = pick(["", "order=True", "frozen=True", "slots=True", "kw_only=True", "eq=False", "unsafe_hash=True", "repr=False", "frozen=True, order=True"])
        lines = [
            "a: int",
            f"b: float = {e.leaf('float')}",
            "c: list = field(default_factory=list)",
            "d: int = field(init=False)",
            f"e: str = field(default={e.leaf('str')}, repr=False, compare=False)",
            "f: InitVar[int] = 3",
            "g: typing.ClassVar[int] = 9",
            "h: tuple = field(default=(), kw_only=True)",
            "_: KW_ONLY",
            f"i: int = {e.leaf('int')}",
        ]
        chosen = sorted(self.random.sample(range(len(lines)), self.random.randrange(2, 7)))
        self.say("from dataclasses import KW_ONLY")
        self.say("try:")
        self.say(f"@dataclass({options})", 1)
        self.say("class Record:", 1)
        for place in chosen:
            self.say(lines[place], 2)
        if self.random.random() < 0.6:
            self.say(f"def __post_init__(self{', f' * (5 in chosen)}):", 2)
            self.say("object.__setattr__(self, 'd', 7)" if 3 in chosen else "print('post')", 3)
        self.say("@dataclass", 1)
        self.say("class Sub(Record):", 1)
        self.say(f"z: int = {e.leaf('int')}", 2)
        uses = ["Record()", "Record(1)", "Record(1, 2)", "Record(a=1, i=2)", "Sub(1)", "Sub(z=2)", "Record(1) == Record(1)", "Record(1) < Record(2)", "hash(Record(1)) == hash(Record(1))"]
        uses += ["asdict(Record(1))", "astuple(Record(a=1))", "replace(Record(1), a=5)", "[f.name for f in fields(Record)]", "Record.__match_args__", "setattr(Record(1), 'q', 2)"]
        uses += ["[(f.name, f.init, f.kw_only) for f in fields(Sub)]", "copy.deepcopy(Record(1))", "vars(Record(1))", "Record(1).d", "Record.g", "Record(1, 2, 3, 4, 5, 6, 7)", "Record(x=1)"]
        for use in self.random.sample(uses, 6):
            self.say("try:", 1)
            self.say(f"print({use!r}, {use})", 2)
            self.say("except Exception as error:", 1)
            self.say("print(type(error).__name__, error)", 2)
        self.say("except (TypeError, ValueError) as error:")
        self.say("print('class', type(error).__name__, error)", 1)

    def do_named(self):
        e, pick = self.e, self.pick
        self.say("class Point(typing.NamedTuple):")
        self.say("x: int", 1)
        self.say(f"y: float = {e.leaf('float')}", 1)
        self.say("def norm(self): return abs(self.x) + len(self)", 1)
        self.say("@property", 1)
        self.say("def twice(self): return self._replace(x=self.x * 2)", 1)
        self.say(f"p = Point({e.of('int')})")
        uses = ["p", "p.norm()", "p.twice.x", "p[0] == p.x", "p._asdict()", "Point._make([1, 2])", "Point(1, 2, 3)", "Point()", "p._replace(z=1)", "p < Point(0)"]
        uses += ["p + (1,)", "p[::-1]", "p == (p.x, p.y)", "[*p]", "setattr(p, 'x', 1)", "Point._fields", "Point._field_defaults", "isinstance(p, tuple)", "copy.copy(p)", "len(p)"]
        uses += ["Point(**{'x': 1})", "Point(y=1)", "{p: 1}[tuple(p)]", "p.index(p.x)", "sorted([p, Point(0, 1.0)])[0] is p", "json.dumps(Point(1, 2))"]
        self.tried(uses, 6)

    def do_protocol(self):
        e, pick = self.e, self.pick
        self.say("class Bag:")
        self.say("def __init__(self, items): self.items = list(items)", 1)
        methods = [
            "def __len__(self): return len(self.items)",
            "def __getitem__(self, k): return self.items[k] if not isinstance(k, slice) else Bag(self.items[k])",
            "def __setitem__(self, k, v): self.items[k] = v",
            "def __delitem__(self, k): del self.items[k]",
            "def __contains__(self, v): return v in self.items",
            "def __iter__(self): return iter(self.items)",
            "def __reversed__(self): return reversed(self.items)",
            "def __bool__(self): return bool(self.items)",
            "def __eq__(self, other): return self.items == getattr(other, 'items', None)",
            "def __iadd__(self, other): self.items += list(other); return self",
            "def __and__(self, other): return Bag([v for v in self.items if v in other.items])",
            "def __rsub__(self, other): return ('rsub', other)",
            "def __matmul__(self, other): return ('matmul', type(other).__name__)",
            "def __divmod__(self, other): return (other, 0)",
            "def __round__(self, n=None): return ('round', n)",
            "def __index__(self): return len(self.items)",
            "def __float__(self): return 1.5",
            "def __abs__(self): return Bag(map(abs, self.items))",
            "def __invert__(self): return Bag(self.items[::-1])",
            "def __hash__(self): return len(self.items)",
            "def __str__(self): return 'bag'",
            "def __format__(self, spec): return f'{len(self.items):{spec}}'",
            "def __missing__(self, k): return k",
            "def __getattr__(self, name): raise AttributeError('no ' + name)",
            "def __delattr__(self, name): print('del', name)",
            "def __dir__(self): return ['b', 'a']",
            "def __copy__(self): return Bag(['copied'])",
            "def __pow__(self, n, mod=None): return (n, mod)",
            "def __lt__(self, other): return NotImplemented",
            "def __gt__(self, other): return True",
        ]
        for method in self.random.sample(methods, self.random.randrange(3, 12)):
            self.say(method, 1)
        self.say("def __repr__(self): return f'Bag({self.items})'", 1)
        self.say(f"u = Bag({e.of('list')})")
        uses = ["len(u)", "u[0]", "u[1:]", "u[-1:]", "setattr(u, 'q', 1)", "list(u)", "list(reversed(u))", "bool(u)", "3 in u", "u == Bag([])", "u != u", "u & u", "5 - u", "u - 5"]
        uses += ["u @ 1", "divmod(u, 2)", "round(u)", "round(u, 1)", "[0, 1, 2, 3][u]", "hex(u)", "float(u)", "int(u)", "abs(u)", "~u", "-u", "{u: 1}", "str(u)", "f'{u:03d}'", "'%s %r' % (u, u)"]
        uses += ["u.nope", "getattr(u, 'nope', 1)", "delattr(u, 'items')", "dir(u)", "copy.copy(u)", "copy.deepcopy(u)", "u ** 2", "pow(u, 2, 3)", "2 ** u", "u < u", "u > 1", "u <= 1", "sorted([u, u])"]
        uses += ["[*u]", "max(u)", "sum(u)", "dict.fromkeys(u)", "next(iter(u))", "enumerate(u).__next__()", "list(zip(u, u))", "u.__len__()", "callable(u)", "range(u)", "u.items.append(1)", "u()", "'ab' * u"]
        self.tried(uses, 8)
        self.say("try:")
        self.say(pick(["u += [1]", "u[0] = 5", "del u[0]", "a, *b = u; print(a, b)", "for v in u: print(v)", "with u: pass", "u @= 2; print(u)"]), 1)
        self.say("print(u)", 1)
        self.say("except Exception as error:")
        self.say("print(type(error).__name__, error)", 1)

    def do_flow(self):
        e, pick = self.e, self.pick
        self.say("def flow(n):")
        self.say("for i in range(3):", 1)
        self.say("try:", 2)
        self.say(f"if i == n: {pick(['break', 'continue', 'return i', 'raise ValueError(i)', 'raise KeyError(i) from None', '1 / 0'])}", 3)
        self.say("print('body', i)", 3)
        self.say(f"except {pick(['ValueError', 'KeyError', 'ArithmeticError', '(ValueError, KeyError)'])} as error:", 2)
        self.say(pick(["print('caught', repr(error))", "raise", "return ('handled', error.args)", "continue", "raise RuntimeError('more') from error"]), 3)
        if self.random.random() < 0.5:
            self.say("else:", 2)
            self.say(pick(["print('else')", "continue", "break"]), 3)
        self.say("finally:", 2)
        self.say(pick(["print('finally', i)", "print('finally'); n += 1", "pass", "break", "return 'final'"]), 3)
        self.say("else:", 1)
        self.say("print('loop else')", 2)
        self.say("return 'end'", 1)
        for n in range(4):
            self.say("try:")
            self.say(f"print(flow({n}))", 1)
            self.say("except Exception as error:")
            self.say("print(type(error).__name__, error, repr(error.__cause__), repr(error.__context__), error.__suppress_context__)", 1)

    def do_managers(self):
        pick = self.pick
        self.say("class Manager:")
        self.say("def __init__(self, name, swallows=False): self.name, self.swallows = name, swallows", 1)
        self.say(f"def __enter__(self): print('enter', self.name); {pick(['return self.name', 'return self', 'pass'])}", 1)
        self.say("def __exit__(self, kind, error, trace):", 1)
        self.say("print('exit', self.name, kind and kind.__name__, error)", 2)
        self.say(pick(["return self.swallows", "if self.swallows: raise OSError('exit')", "return self.swallows and kind is ValueError"]), 2)
        body = pick(["print(a, b)", "raise ValueError('x')", "raise KeyError('k')", "return", "1 // 0", "with suppress(KeyError): {}['q']"])
        self.say("def managed():")
        self.say(f"with Manager('a', {pick(['True', 'False'])}) as a, Manager('b', {pick(['True', 'False'])}) as b:", 1)
        self.say(body, 2)
        self.say("with ExitStack() as stack:", 1)
        self.say("stack.enter_context(Manager('c', True)); stack.callback(print, 'callback', 1)", 2)
        self.say(pick(["raise ValueError('stack')", "stack.pop_all().close()", "print('inside')", "stack.push(Manager('d'))"]), 2)
        self.say("print('after')", 1)
        self.say("try: managed()")
        self.say("except Exception as error: print(type(error).__name__, error)")

    def do_decorators(self):
        e, pick = self.e, self.pick
        self.say("def times(n, /, *, label='t'):")
        self.say("def wrap(f):", 1)
        self.say(pick(["@functools.wraps(f)", "@functools.lru_cache(None)", ""]) or "pass", 2)
        self.say("def inner(*args, **options):", 2)
        self.say("inner.calls = getattr(inner, 'calls', 0) + 1", 3)
        self.say("return [label] + [f(*args, **options) for _ in range(n)]", 3)
        self.say("return inner", 2)
        self.say("return wrap", 1)
        self.say("@times(2)")
        self.say(f"@times({pick(['1', '0'])}, label='u')")
        self.say("def add(a, b=2, *rest, c=3, **more): 'Adds.'; return a + b + c + sum(rest) + len(more)")
        uses = ["add(1)", "add(1, 2, 3, c=4)", "add(1, z=2)", "add()", "add(*[1, 2], **{'c': 5})", "add.__name__", "add.__doc__", "add.calls", "add(1, a=2)", "add(b=1)", "add([1])"]
        uses += ["(lambda *a, k=1, **o: (a, k, o))(1, 2, k=3, z=4)", "(lambda a, b=1, /: a)(a=1)", "(lambda: (yield))().__next__()", "functools.partial(add, 1)(2)", "add.__wrapped__(1)"]
        self.tried(uses, 6)

    def do_texts(self):
        e = self.e
        pattern = self.pick(["'a+'", "'[a-c]|x'", "r'(\\w)(\\d)?'", "r'\\s+'", "'(?i)ab'", "r'^.|.$'", "'(?P<n>l+)o?'", "''", "r'\\b'", "'('"])
        uses = [
            f"re.findall({pattern}, {e.of('str')})",
            f"re.sub({pattern}, '<\\\\g<0>>', {e.of('str')}, count=2)",
            f"re.split({pattern}, {e.of('str')})",
            f"[m.span() for m in re.finditer({pattern}, {e.of('str')})]",
            f"textwrap.wrap({e.of('str')}, {self.pick(['5', '8', '20'])})",
            f"textwrap.dedent({e.of('str')})",
            f"json.dumps({e.of(self.pick(['list', 'dict', 'str', 'float', 'texts', 'tuple']))})",
            f"json.loads(json.dumps({e.of(self.pick(['list', 'dict', 'texts']))}, indent=1))",
            f"json.loads({e.of('str')})",
            f"os.path.join({e.of('str')}, {e.of('str')})",
            f"os.path.splitext({e.of('str')}), os.path.normpath({e.of('str')})",
            f"pathlib.PurePath({e.of('str')}, {e.of('str')}).parts",
            f"(pathlib.Path('a') / {e.of('str')}).with_suffix('.x')",
            f"{e.of('str')}.format_map({{'a': 1}})",
            f"{e.of('str')}.translate({{97: 'x', 98: None}})",
            f"'{{:{{}}}}|{{!r:>{{}}}}'.format({e.of('int')}, 5, {e.of('str')}, 9)",
            f"{e.of('str')} % {{'d': 1}}",
        ]
        self.tried(uses, 4)

    def do_numbers(self):
        e = self.e
        uses = [
            f"statistics.mean({e.of('list')}), statistics.median({e.of('list')})",
            f"statistics.pstdev({e.of('list')})",
            f"heapq.nsmallest(2, {e.of('list')}), heapq.nlargest(2, {e.of('list')})",
            f"(lambda h: (heapq.heapify(h), heapq.heappop(h), h))({e.of('list')})",
            f"({e.of('float')}).hex(), ({e.of('float')}).as_integer_ratio()",
            f"math.fsum([{e.of('float')}, {e.of('float')}])",
            f"math.modf({e.of('float')}), math.trunc({e.of('float')})",
            f"math.isqrt({e.of('int')}), math.lcm({e.of('int')}, {e.of('int')})",
            f"int({e.of('str')}, {self.pick(['2', '8', '16', '36', '0', '37'])})",
            f"({e.of('int')}).to_bytes(9, 'big', signed=True)",
            f"round({e.of('float')}, {e.small()}), round({e.of('int')}, {e.small()})",
            f"divmod({e.of('float')}, {e.of('int')})",
            f"pow({e.of('int')}, {e.small()}, {e.of('int')})",
            f"{e.of('float')} // {e.of('float')}, {e.of('float')} % {e.of('float')}",
            f"copy.deepcopy([{e.of('list')}, {e.of('dict')}])",
            f"list({{{e.of('int')}, {e.of('int')}, {e.of('int')}, {e.of('int')}}})",
            f"list(set({e.of('list')})), set({e.of('tuple')})",
            f"types.SimpleNamespace(a={e.of('int')}, b={e.of('str')})",
        ]
        self.tried(uses, 4)

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
