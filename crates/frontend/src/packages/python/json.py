import re as _re

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_PLAIN = _re.compile(r'[ !#-\[\]-~]*')
_NUMBER = _re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_TEXT = _re.compile(r'[^"\\\x00-\x1f]*')
_BLANK = _re.compile(r"[ \t\n\r]*")
_HEX = _re.compile(r"[0-9A-Fa-f]{4}")
_UNESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"null": None, "true": True, "false": False}
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def _escaped(c, ensure_ascii):
    if c in _ESCAPES:
        return _ESCAPES[c]
    code = ord(c)
    if " " <= c <= "~" or (code > 126 and not ensure_ascii):
        return c
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _quoted(text, ensure_ascii):
    if _PLAIN.fullmatch(text):
        return '"' + text + '"'
    return '"' + "".join([_escaped(c, ensure_ascii) for c in text]) + '"'


class JSONDecodeError(ValueError):
    """What a text that is no JSON raises."""

    def __init__(self, msg, doc, pos):
        self.msg = msg
        self.doc = doc
        self.pos = pos
        self.lineno = doc.count("\n", 0, pos) + 1
        self.colno = pos - doc.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {self.lineno} column {self.colno} (char {pos})")


class JSONEncoder:
    """Writes values as JSON; what it does not know goes through its `default`."""

    item_separator = ", "
    key_separator = ": "

    def __init__(
        self,
        *,
        skipkeys=False,
        ensure_ascii=True,
        check_circular=True,
        allow_nan=True,
        sort_keys=False,
        indent=None,
        separators=None,
        default=None,
    ):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        if separators is not None:
            self.item_separator, self.key_separator = separators
        elif indent is not None:
            self.item_separator = ","
        if default is not None:
            self.default = default

    def default(self, o):
        raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")

    def encode(self, o):
        return self._value(o, "\n", [])

    def iterencode(self, o):
        return iter([self.encode(o)])

    def _float(self, x):
        if x - x == 0:
            return repr(float(x))
        if not self.allow_nan:
            raise ValueError(f"Out of range float values are not JSON compliant: {float(x)!r}")
        return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"

    def _key(self, key):
        if isinstance(key, str):
            return str(key)
        if isinstance(key, float):
            return self._float(key)
        if key is True or key is False or key is None:
            return {True: "true", False: "false", None: "null"}[key]
        if isinstance(key, int):
            return repr(int(key))
        if self.skipkeys:
            return None
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")

    def _value(self, o, line, inside):
        if isinstance(o, str):
            return _quoted(str(o), self.ensure_ascii)
        if o is None:
            return "null"
        if o is True:
            return "true"
        if o is False:
            return "false"
        if isinstance(o, int):
            return repr(int(o))
        if isinstance(o, float):
            return self._float(o)
        if any(o is outer for outer in inside):
            raise ValueError("Circular reference detected")
        inside = inside + [o]
        indent = " " * self.indent if isinstance(self.indent, int) else self.indent
        deeper = line if indent is None else line + indent
        if isinstance(o, (list, tuple)):
            return self._joined("[", [self._value(element, deeper, inside) for element in o], "]", line, deeper)
        if isinstance(o, dict):
            entries = []
            for key, value in sorted(o.items()) if self.sort_keys else o.items():
                name = self._key(key)
                if name is not None:
                    shown = self._value(value, deeper, inside)
                    entries.append(_quoted(name, self.ensure_ascii) + self.key_separator + shown)
            return self._joined("{", entries, "}", line, deeper)
        return self._value(self.default(o), line, inside)

    def _joined(self, opening, parts, closing, line, deeper):
        if not parts:
            return opening + closing
        if self.indent is None:
            return opening + self.item_separator.join(parts) + closing
        return opening + deeper + (self.item_separator + deeper).join(parts) + line + closing


class JSONDecoder:
    """Reads JSON."""

    def __init__(
        self,
        *,
        object_hook=None,
        parse_float=None,
        parse_int=None,
        parse_constant=None,
        strict=True,
        object_pairs_hook=None,
    ):
        self.object_hook = object_hook
        self.parse_float = parse_float or float
        self.parse_int = parse_int or int
        self.parse_constant = parse_constant or (lambda name: _CONSTANTS[name])
        self.strict = strict
        self.object_pairs_hook = object_pairs_hook

    def decode(self, s):
        value, end = self.raw_decode(s, self._blank(s, 0))
        end = self._blank(s, end)
        if end != len(s):
            raise JSONDecodeError("Extra data", s, end)
        return value

    def raw_decode(self, s, idx=0):
        value = self._read(s, idx)
        if value is None:
            raise JSONDecodeError("Expecting value", s, idx)
        return value

    def _blank(self, s, at):
        return _BLANK.match(s, at).end()

    def _read(self, s, at):
        """The value that begins there, and where it ends; None if none does."""
        c = s[at : at + 1]
        if c == '"':
            return self._text(s, at + 1)
        if c == "{":
            return self._object(s, at + 1)
        if c == "[":
            return self._array(s, at + 1)
        for word, value in _WORDS.items():
            if s.startswith(word, at):
                return value, at + len(word)
        number = _NUMBER.match(s, at)
        if number is not None:
            whole, fraction, exponent = number.groups()
            if fraction or exponent:
                return self.parse_float(number.group()), number.end()
            return self.parse_int(whole), number.end()
        for word in _CONSTANTS:
            if s.startswith(word, at):
                return self.parse_constant(word), at + len(word)
        return None

    def _text(self, s, at):
        begin, parts = at - 1, []
        while True:
            found = _TEXT.match(s, at)
            parts.append(found.group())
            at = found.end()
            c = s[at : at + 1]
            if c == "":
                raise JSONDecodeError("Unterminated string starting at", s, begin)
            at += 1
            if c == '"':
                return "".join(parts), at
            if c != "\\":
                if self.strict:
                    raise JSONDecodeError("Invalid control character at", s, at - 1)
                parts.append(c)
                continue
            escape = s[at : at + 1]
            if escape == "":
                raise JSONDecodeError("Unterminated string starting at", s, begin)
            if escape == "u":
                code = self._code(s, at + 1)
                at += 5
                if 0xD800 <= code < 0xDC00 and s.startswith("\\u", at):
                    low = self._code(s, at + 2)
                    if 0xDC00 <= low < 0xE000:
                        code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                        at += 6
                parts.append(chr(code))
                continue
            if escape not in _UNESCAPED:
                raise JSONDecodeError("Invalid \\escape", s, at - 1)
            parts.append(_UNESCAPED[escape])
            at += 1

    def _code(self, s, at):
        digits = _HEX.match(s, at)
        if digits is None:
            raise JSONDecodeError("Invalid \\uXXXX escape", s, at - 1)
        return int(digits.group(), 16)

    def _array(self, s, at):
        values = []
        at = self._blank(s, at)
        if s[at : at + 1] == "]":
            return values, at + 1
        while True:
            value, at = self.raw_decode(s, at)
            values.append(value)
            at = self._blank(s, at)
            c = s[at : at + 1]
            if c == "]":
                return values, at + 1
            if c != ",":
                raise JSONDecodeError("Expecting ',' delimiter", s, at)
            at = self._blank(s, at + 1)

    def _object(self, s, at):
        pairs = []
        at = self._blank(s, at)
        if s[at : at + 1] == "}":
            at += 1
        else:
            while True:
                if s[at : at + 1] != '"':
                    raise JSONDecodeError("Expecting property name enclosed in double quotes", s, at)
                key, at = self._text(s, at + 1)
                at = self._blank(s, at)
                if s[at : at + 1] != ":":
                    raise JSONDecodeError("Expecting ':' delimiter", s, at)
                value, at = self.raw_decode(s, self._blank(s, at + 1))
                pairs.append((key, value))
                at = self._blank(s, at)
                c = s[at : at + 1]
                if c == "}":
                    at += 1
                    break
                if c != ",":
                    raise JSONDecodeError("Expecting ',' delimiter", s, at)
                at = self._blank(s, at + 1)
        if self.object_pairs_hook is not None:
            return self.object_pairs_hook(pairs), at
        made = dict(pairs)
        return (made if self.object_hook is None else self.object_hook(made)), at


def dumps(obj, *, cls=None, **kw):
    """The value as a text in JSON."""
    return (cls or JSONEncoder)(**kw).encode(obj)


def loads(s, *, cls=None, **kw):
    """The value that a text in JSON holds."""
    if isinstance(s, bytes):
        s = s.decode()
    if not isinstance(s, str):
        raise TypeError(f"the JSON object must be str, bytes or bytearray, not {type(s).__name__}")
    if s.startswith("\ufeff"):
        raise JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", s, 0)
    return (cls or JSONDecoder)(**kw).decode(s)
