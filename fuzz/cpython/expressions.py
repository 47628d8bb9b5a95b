"""Expressions of known types, drawn at random."""

INTEGERS = ["0", "1", "2", "3", "7", "10", "-1", "-2", "-7", "255", "1000", "-13", "2**31", "-2**31", "2**63", "2**63 - 1"]
INTEGERS += ["-2**63", "2**64 + 3", "10**20", "-10**25", "True", "False"]
FLOATS = ["0.0", "-0.0", "1.0", "0.5", "-2.5", "0.1", "3.14159", "1e16", "1e22", "1e-7", "123456.789", "-1.5e300", "2.675"]
FLOATS += ["float('inf')", "float('nan')", "1e308", "5e-324", "100.0", "1/3"]
TEXTS = ["''", "'a'", "'abc'", "'Hello World'", "'  padded '", "'a,b,,c'", "'x=1;y=2'", "'éß'", "'12'", "'-7.5'", "'tab\\tline\\n'"]
TEXTS += ["'it\\'s \"q\"'", "'AbC'", "'aaa'", "'%d'", "'{}'"]
SPECS_OF_INTEGERS = ["", "d", "5", "05", "<6", ">6", "^7", "*^9", "+", " ", "x", "#x", "X", "b", "#b", "o", ",", "_", "e", ".2f", "g"]
SPECS_OF_INTEGERS += ["%", "+08d", "=8", "0=6", "#010x", "_b", "c", "n", ".3", "s", "10,d", "-5"]
SPECS_OF_FLOATS = ["", ".2f", ".0f", "8.3f", "<8", "+.1e", "g", ".3g", "%", ".1%", ",.2f", "010.2f", "e", "G", "n", "#.3g", "d", "_"]
SPECS_OF_FLOATS += ["^12", "=+9.2f", ".10", "z.1f"]
SPECS_OF_TEXTS = ["", "5", "<5", ">7", "^7", "*^9", ".2", "6.3", "s", "05", "d", "=5", "+"]
CONVERSIONS = ["d", "i", "x", "X", "o", "f", ".2f", "e", "g", "s", "r", "5d", "-5d", "05d", "+d", " d", "#x", ".3s", "10.3f", "c", "%"]
TYPES = ["int", "float", "str", "bool", "list", "texts", "tuple", "dict", "set", "frozenset", "bytes", "complex"]


class Expressions:
    """Draws expressions that may use the names of a scope."""

    def __init__(self, random):
        self.random = random
        self.names = {kind: [] for kind in TYPES}
        self.depth = 0

    def pick(self, choices):
        return self.random.choice(choices)

    def of(self, kind):
        """An expression of the type, usually; some raise."""
        known = self.names[kind]
        if known and self.random.random() < 0.3:
            return self.pick(known)
        if self.depth > 3:
            return self.leaf(kind)
        self.depth += 1
        text = self.pick(getattr(self, "of_" + kind)())()
        self.depth -= 1
        return text

    def leaf(self, kind):
        pick = self.pick
        return {
            "int": lambda: pick(INTEGERS),
            "float": lambda: pick(FLOATS),
            "str": lambda: pick(TEXTS),
            "bool": lambda: pick(["True", "False"]),
            "list": lambda: "[" + ", ".join(pick(INTEGERS) for _ in range(self.random.randrange(5))) + "]",
            "texts": lambda: "[" + ", ".join(pick(TEXTS) for _ in range(self.random.randrange(4))) + "]",
            "tuple": lambda: "(" + "".join(pick(INTEGERS) + ", " for _ in range(self.random.randrange(4))) + ")",
            "dict": lambda: "{" + ", ".join(f"{pick(TEXTS)}: {pick(INTEGERS)}" for _ in range(self.random.randrange(4))) + "}",
            "set": lambda: "{" + ", ".join(pick(INTEGERS) for _ in range(self.random.randrange(1, 4))) + "}",
            "frozenset": lambda: "frozenset([" + ", ".join(pick(INTEGERS) for _ in range(self.random.randrange(4))) + "])",
            "bytes": lambda: pick(["b''", "b'abc'", "b'A b\\x00\\xff'", "b'1,2,3'", "bytes([1, 2, 255])"]),
            "complex": lambda: pick(["1j", "2.5j", "(1+2j)", "complex(1, -2)", "-0.5j", "complex(3)", "(3-4j)"]),
        }[kind]()

    def small(self):
        return self.pick(["0", "1", "2", "3", "5", "-1", "-2", "-4", "17"])

    def bound(self):
        return self.pick(["", "", "0", "1", "2", "3", "-1", "-2", "-3", "10", "-10"])

    def slice(self):
        step = self.pick(["", "", ":1", ":2", ":-1", ":-2", ":3", ":"])
        return f"[{self.bound()}:{self.bound()}{step}]"

    def any(self):
        return self.of(self.pick(TYPES[:7]))

    def of_int(self):
        e, small = self.of, self.small
        operator = self.pick(["+", "-", "*", "//", "%", "&", "|", "^", "+", "-", "*", "//", "%"])
        return [
            lambda: f"({e('int')} {operator} {e('int')})",
            lambda: f"({e('int')} {operator} {e('int')})",
            lambda: f"({e('int')} << {small()})",
            lambda: f"({e('int')} >> {small()})",
            lambda: f"({e('int')} ** {self.pick(['0', '1', '2', '3', '5'])})",
            lambda: f"{self.pick(['-', '+', '~'])}{e('int')}",
            lambda: f"int({e('float')})",
            lambda: f"round({e('float')})",
            lambda: f"round({e('int')}, {small()})",
            lambda: f"len({e(self.pick(['str', 'list', 'dict', 'set', 'tuple', 'bytes']))})",
            lambda: f"{e('str')}.{self.pick(['find', 'rfind', 'count', 'index', 'rindex'])}({e('str')})",
            lambda: f"{e('list')}.{self.pick(['index', 'count'])}({e('int')})",
            lambda: f"{self.pick(['sum', 'min', 'max'])}({e('list')})",
            lambda: f"abs({e('int')})",
            lambda: f"divmod({e('int')}, {e('int')})[{self.pick(['0', '1'])}]",
            lambda: f"pow({e('int')}, {small()}, {e('int')})",
            lambda: f"({e('int')} if {e('bool')} else {e('int')})",
            lambda: f"int({e('str')})",
            lambda: f"int({e('bool')})",
            lambda: f"({e('int')}).bit_length()",
            lambda: f"{e('list')}[{small()}]",
            lambda: f"{e('tuple')}[{small()}]",
            lambda: f"{e('dict')}.get({e('str')}, {e('int')})",
            lambda: f"{e('dict')}[{e('str')}]",
            lambda: f"math.gcd({e('int')}, {e('int')})",
            lambda: f"math.{self.pick(['floor', 'ceil', 'trunc'])}({e('float')})",
            lambda: f"functools.reduce(lambda a, b: a {self.pick(['+', '-', '*', '^'])} b, {e('list')}, {small()})",
            lambda: f"sum(v {self.pick(['+', '*', '%'])} {small()} for v in {e('list')} if v {self.pick(['<', '>', '!='])} {small()})",
            lambda: f"min({e('list')}, key=lambda v: {self.pick(['-v', 'abs(v)', 'v % 3', 'str(v)'])}, default={small()})",
            lambda: f"ord({e('str')}[{small()}])",
            lambda: f"{e('bytes')}[{small()}]",
            lambda: f"({e('bool')} + {e('bool')})",
            lambda: f"({e('int')} and {e('int')})",
            lambda: f"({e('int')} or {e('int')})",
        ]

    def of_float(self):
        e = self.of
        operator = self.pick(["+", "-", "*", "/", "//", "%"])
        return [
            lambda: f"({e('float')} {operator} {e('float')})",
            lambda: f"({e('float')} {operator} {e('int')})",
            lambda: f"({e('int')} / {e('int')})",
            lambda: f"({e('float')} ** {self.pick(['2', '0', '-1', '0.5', '3'])})",
            lambda: f"float({e('int')})",
            lambda: f"float({e('str')})",
            lambda: f"round({e('float')}, {self.small()})",
            lambda: f"abs({e('float')})",
            lambda: f"math.{self.pick(['sqrt', 'fabs', 'log', 'exp', 'sin'])}({e('float')})",
            lambda: f"math.copysign({e('float')}, {e('float')})",
            lambda: f"math.fmod({e('float')}, {e('float')})",
            lambda: f"divmod({e('float')}, {e('float')})[{self.pick(['0', '1'])}]",
            lambda: f"{self.pick(['max', 'min'])}({e('float')}, {e('int')}, {e('float')})",
            lambda: f"math.fsum([{e('float')}, {e('float')}, {e('int')}])",
            lambda: f"sum([{e('float')}, {e('int')}, {e('float')}])",
            lambda: f"({e('complex')}).{self.pick(['real', 'imag'])}",
            lambda: f"abs({e('complex')})",
        ]

    def of_complex(self):
        e = self.of
        return [
            lambda: f"({e('complex')} {self.pick(['+', '-', '*', '/'])} {e(self.pick(['complex', 'int', 'float']))})",
            lambda: f"({e('complex')}).conjugate()",
            lambda: f"-{e('complex')}",
            lambda: f"complex({e('float')}, {e('float')})",
            lambda: f"({e('complex')} ** {self.pick(['2', '0', '3', '-1'])})",
            lambda: self.leaf("complex"),
        ]

    def field(self):
        kind = self.pick(["int", "float", "str", "list", "bool"])
        specs = {"int": SPECS_OF_INTEGERS, "bool": SPECS_OF_INTEGERS, "float": SPECS_OF_FLOATS, "str": SPECS_OF_TEXTS}
        spec = self.pick(specs.get(kind, [""]))
        conversion = self.pick(["", "", "", "!r", "!s", "!a"])
        if conversion and kind != "list":
            spec = self.pick(SPECS_OF_TEXTS)
        return kind, conversion, spec

    def quoted(self, kind):
        """An expression that may stand in an f-string in double quotes."""
        text = self.leaf(kind)
        return "'a'" if "\\" in text or '"' in text else f"({text})" if text.startswith("{") else text

    def of_str(self):
        e, small = self.of, self.small

        def formatted():
            kind, conversion, spec = self.field()
            return f'f"<{{{self.quoted(kind)}{conversion}{":" + spec if spec else ""}}}>"'

        def method():
            kind, conversion, spec = self.field()
            return f"'[{{{conversion}{':' + spec if spec else ''}}}]'.format({e(kind)})"

        return [
            formatted,
            formatted,
            method,
            lambda: f"format({e('int')}, {self.pick(SPECS_OF_INTEGERS)!r})",
            lambda: f"format({e('float')}, {self.pick(SPECS_OF_FLOATS)!r})",
            lambda: f"('%{self.pick(CONVERSIONS)}' % ({e(self.pick(['int', 'float', 'str', 'tuple']))},))",
            lambda: f"('%{self.pick(CONVERSIONS)}|%s' % ({e('int')}, {self.any()}))",
            lambda: f"({e('str')} + {e('str')})",
            lambda: f"({e('str')} * {self.pick(['0', '1', '2', '3', '-1'])})",
            lambda: f"{e('str')}{self.slice()}",
            lambda: f"{e('str')}[{small()}]",
            lambda: f"{e('str')}.{self.pick(['upper', 'lower', 'title', 'capitalize', 'swapcase', 'strip', 'lstrip', 'casefold'])}()",
            lambda: f"{e('str')}.{self.pick(['strip', 'lstrip', 'rstrip', 'removeprefix', 'removesuffix'])}({e('str')})",
            lambda: f"{e('str')}.replace({e('str')}, {e('str')})",
            lambda: f"{e('str')}.{self.pick(['center', 'ljust', 'rjust'])}({self.pick(['0', '5', '9'])}, '*')",
            lambda: f"{e('str')}.zfill({self.pick(['0', '5', '9'])})",
            lambda: f"{e('str')}.join({e('texts')})",
            lambda: f"repr({self.shown()})",
            lambda: f"str({self.shown()})",
            lambda: f"ascii({e('str')})",
            lambda: f"{self.pick(['hex', 'bin', 'oct'])}({e('int')})",
            lambda: f"chr({self.pick(['65', '97', '233', '0x1F600', '-1'])})",
            lambda: f"''.join(sorted({e('str')}))",
            lambda: f"{e('str')}.expandtabs({self.pick(['4', '8', '0'])})",
            lambda: f"{e('bytes')}.hex()",
            lambda: f"{e('bytes')}.decode({self.pick(['', repr('latin-1'), repr('utf-8') + ', ' + repr('replace')])})",
            lambda: f"({e('str')} if {e('bool')} else {e('str')})",
            lambda: f"{e('texts')}[{small()}]",
        ]

    def shown(self):
        """A value whose text does not depend on the order of a set."""
        return self.of(self.pick(["int", "float", "str", "bool", "list", "texts", "tuple", "dict", "bytes", "complex"]))

    def of_bool(self):
        e = self.of
        compare = self.pick(["<", "<=", ">", ">=", "==", "!="])
        same = self.pick(["int", "float", "str", "list", "tuple", "set", "frozenset", "bytes"])
        return [
            lambda: f"({e('int')} {compare} {e('float')})",
            lambda: f"({e(same)} {compare} {e(same)})",
            lambda: f"({e('int')} {compare} {e('int')} {self.pick(['<', '==', '>='])} {e('int')})",
            lambda: f"({self.any()} {self.pick(['==', '!='])} {self.any()})",
            lambda: f"({e('str')} {self.pick(['in', 'not in'])} {e('str')})",
            lambda: f"({e('int')} in {e(self.pick(['list', 'set', 'tuple', 'bytes', 'frozenset']))})",
            lambda: f"({e('str')} in {e('dict')})",
            lambda: f"(not {self.any()})",
            lambda: f"bool({self.any()})",
            lambda: f"({e('bool')} {self.pick(['and', 'or', '&', '|', '^'])} {e('bool')})",
            lambda: f"isinstance({self.any()}, {self.pick(['int', 'str', '(int, float)', 'list', 'bool', 'dict', 'int | str'])})",
            lambda: f"{self.pick(['any', 'all'])}({e('list')})",
            lambda: f"{e('str')}.{self.pick(['isdigit', 'isalpha', 'isupper', 'islower', 'isspace', 'istitle', 'isalnum'])}()",
            lambda: f"{e('str')}.{self.pick(['startswith', 'endswith'])}({e('str')})",
            lambda: f"{e('set')}.{self.pick(['issubset', 'issuperset', 'isdisjoint'])}({e(self.pick(['set', 'list']))})",
            lambda: f"({self.any()} {self.pick(['<', '>='])} {self.any()})",
            lambda: f"({e('dict')}.keys() {self.pick(['==', '<=', '>'])} {e('dict')}.keys())",
        ]

    def of_list(self):
        e, small = self.of, self.small
        return [
            lambda: f"[{e('int')}, {e('int')}]",
            lambda: f"[{e('int')}, *{e(self.pick(['list', 'tuple']))}]",
            lambda: f"({e('list')} + {e('list')})",
            lambda: f"({e('list')} * {self.pick(['0', '1', '2', '-1'])})",
            lambda: f"{e('list')}{self.slice()}",
            lambda: f"sorted({e(self.pick(['list', 'set', 'tuple']))})",
            lambda: f"sorted({e('list')}, key=lambda v: {self.pick(['-v', 'v % 5', 'abs(v)', 'str(v)', '(v > 0, v)'])}, reverse={e('bool')})",
            lambda: f"list(range({small()}, {small()}, {small()}))",
            lambda: f"list(range({small()}))",
            lambda: f"[v {self.pick(['+', '*', '-', '//', '%'])} {small()} for v in {e('list')}]",
            lambda: f"[v for v in {e('list')} if v {self.pick(['>', '<', '% 2 =='])} {small()}]",
            lambda: f"[a * b for a in {e('list')} for b in {e('tuple')}]",
            lambda: f"list(map(lambda a, b: a - b, {e('list')}, {e('list')}))",
            lambda: f"list(filter({self.pick(['None', 'lambda v: v > 1'])}, {e('list')}))",
            lambda: f"list(reversed({e(self.pick(['list', 'tuple']))}))",
            lambda: f"[len(v) for v in {e('texts')}]",
            lambda: f"list({e(self.pick(['tuple', 'list', 'bytes']))})",
            lambda: f"list({e('dict')}.values())",
            lambda: f"list(itertools.accumulate({e('list')}))",
            lambda: f"list(itertools.chain({e('list')}, {e('tuple')}))",
            lambda: f"list(itertools.islice({e('list')}, {self.pick(['0', '1', '3'])}))",
            lambda: f"[k for k, g in itertools.groupby({e('list')})]",
            lambda: f"[i * v for i, v in enumerate({e('list')}, {small()})]",
            lambda: f"[a + b for a, b in zip({e('list')}, {e('list')}{self.pick(['', ', strict=True'])})]",
        ]

    def of_texts(self):
        e = self.of
        return [
            lambda: f"{e('str')}.split({self.pick(['', repr(','), repr(' '), 'None, 1', repr('a') + ', 1'])})",
            lambda: f"{e('str')}.rsplit({self.pick(['', repr(','), repr(' ') + ', 1'])})",
            lambda: f"{e('str')}.splitlines({self.pick(['', 'True'])})",
            lambda: f"list({e('str')}.partition({e('str')}))",
            lambda: f"list({e('str')})",
            lambda: f"sorted({e('texts')}, key={self.pick(['len', 'str.lower', 'None', 'lambda t: t[::-1]'])})",
            lambda: f"[str(v) for v in {e('list')}]",
            lambda: f"list(map(str.upper, {e('texts')}))",
            lambda: f"list({e('dict')})",
            lambda: f"sorted({e('dict')}, key={e('dict')}.get)",
            lambda: f"{e('texts')}{self.slice()}",
        ]

    def of_tuple(self):
        e = self.of
        return [
            lambda: f"({e('int')}, {e('int')})",
            lambda: f"({e('int')},)",
            lambda: f"tuple({e('list')})",
            lambda: f"({e('tuple')} + {e('tuple')})",
            lambda: f"{e('tuple')}{self.slice()}",
            lambda: f"divmod({e('int')}, {e('int')})",
            lambda: f"(*{e('list')}, {e('int')})",
            lambda: f"tuple(sorted({e('set')}))",
        ]

    def of_dict(self):
        e = self.of
        return [
            lambda: f"{{{e('str')}: {e('int')}, {e('str')}: {e('int')}}}",
            lambda: f"{{**{e('dict')}, {e('str')}: {e('int')}}}",
            lambda: f"dict(zip({e('texts')}, {e('list')}))",
            lambda: f"{{t: len(t) for t in {e('texts')}}}",
            lambda: f"({e('dict')} | {e('dict')})",
            lambda: f"dict.fromkeys({e('texts')}, {e('int')})",
            lambda: f"dict(sorted({e('dict')}.items(), key=lambda p: p[1]))",
            lambda: f"{{k: v * 2 for k, v in {e('dict')}.items() if v}}",
            lambda: f"dict(collections.Counter({e('str')}))",
        ]

    def of_set(self):
        e = self.of
        return [
            lambda: f"set({e('list')})",
            lambda: f"({e('set')} {self.pick(['|', '&', '-', '^'])} {e(self.pick(['set', 'frozenset']))})",
            lambda: f"{e('set')}.{self.pick(['union', 'intersection', 'difference', 'symmetric_difference'])}({e('list')})",
            lambda: f"{{v % 7 for v in {e('list')}}}",
        ]

    def of_frozenset(self):
        e = self.of
        return [
            lambda: f"frozenset({e('list')})",
            lambda: f"({e('frozenset')} {self.pick(['|', '&', '-', '^'])} {e('set')})",
        ]

    def of_bytes(self):
        e = self.of
        return [
            lambda: f"{e('str')}.encode({self.pick(['', repr('utf-8'), repr('ascii') + ', ' + repr('ignore')])})",
            lambda: f"({e('bytes')} + {e('bytes')})",
            lambda: f"{e('bytes')}{self.slice()}",
            lambda: f"{e('bytes')}.{self.pick(['upper', 'lower', 'strip', 'title', 'capitalize'])}()",
            lambda: f"{e('bytes')}.replace(b'a', {e('bytes')})",
            lambda: f"bytes(v % 256 for v in {e('list')})",
            lambda: f"({e('bytes')} * {self.pick(['0', '1', '2'])})",
        ]
