from __keramos__ import is_host as _is_host
from __keramos__ import read_pattern as _read_pattern
from __keramos__ import search as _search

NOFLAG = 0
IGNORECASE = 2
LOCALE = 4
MULTILINE = 8
DOTALL = 16
UNICODE = 32
VERBOSE = 64
ASCII = 256
I = IGNORECASE
L = LOCALE
M = MULTILINE
S = DOTALL
U = UNICODE
X = VERBOSE
A = ASCII


class error(Exception):
    def __init__(self, msg, pattern=None, pos=None):
        self.msg = msg
        self.pattern = pattern
        self.pos = pos
        if pos is not None:
            msg = f"{msg} at position {pos}"
            self.lineno = pattern.count("\n", 0, pos) + 1
            self.colno = pos - pattern.rfind("\n", 0, pos)
            if "\n" in pattern:
                msg = f"{msg} (line {self.lineno}, column {self.colno})"
        super().__init__(msg)


class Match:
    def __init__(self, pattern, string, spans, last, pos, endpos):
        self.re = pattern
        self.string = string
        self.pos = pos
        self.endpos = endpos
        self.lastindex = last
        self._spans = spans

    def _index(self, group):
        if isinstance(group, str):
            if group not in self.re.groupindex:
                raise IndexError("no such group")
            return self.re.groupindex[group]
        if not isinstance(group, int) or not 0 <= group < len(self._spans):
            raise IndexError("no such group")
        return group

    def _text(self, group, default=None):
        span = self._spans[self._index(group)]
        return default if span is None else self.string[span[0] : span[1]]

    def group(self, *groups):
        if len(groups) == 0:
            return self._text(0)
        if len(groups) == 1:
            return self._text(groups[0])
        return tuple(self._text(group) for group in groups)

    def __getitem__(self, group):
        return self._text(group)

    def groups(self, default=None):
        return tuple(self._text(group, default) for group in range(1, len(self._spans)))

    def groupdict(self, default=None):
        return {name: self._text(group, default) for name, group in self.re.groupindex.items()}

    def span(self, group=0):
        span = self._spans[self._index(group)]
        return (-1, -1) if span is None else span

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]

    def expand(self, template):
        return _expanded(_template(template, self.re), self)

    @property
    def lastgroup(self):
        for name, group in self.re.groupindex.items():
            if group == self.lastindex:
                return name
        return None

    @property
    def regs(self):
        return tuple(self.span(group) for group in range(len(self._spans)))

    def __repr__(self):
        return f"<re.Match object; span={self.span()}, match={self.group()!r}>"


class Pattern:
    def __init__(self, program, pattern, flags, groups, names):
        self._program = program
        self.pattern = pattern
        self.flags = flags
        self.groups = groups
        self.groupindex = dict(names)

    def _found(self, string, pos, endpos, how):
        if _is_host(string):
            return _search(self._program, string, 0, 0, "search")
        if not isinstance(string, str):
            raise TypeError(f"expected string or bytes-like object, got '{type(string).__name__}'")
        pos = max(0, min(pos, len(string)))
        endpos = len(string) if endpos is None else max(0, min(endpos, len(string)))
        found = _search(self._program, string, pos, endpos, how)
        return None if found is None else Match(self, string, found[0], found[1], pos, endpos)

    def match(self, string, pos=0, endpos=None):
        return self._found(string, pos, endpos, "match")

    def fullmatch(self, string, pos=0, endpos=None):
        return self._found(string, pos, endpos, "fullmatch")

    def search(self, string, pos=0, endpos=None):
        return self._found(string, pos, endpos, "search")

    def _all(self, string, pos=0, endpos=None):
        first = max(pos, 0)
        found = self._found(string, pos, endpos, "search")
        while found is not None:
            found.pos = min(first, len(string))
            yield found
            start, pos = found.span()
            how = "search" if start < pos else "search more"
            found = self._found(string, pos, endpos, how)

    def finditer(self, string, pos=0, endpos=None):
        if _is_host(string):
            return _search(self._program, string, 0, 0, "search")
        return self._all(string, pos, endpos)

    def findall(self, string, pos=0, endpos=None):
        if _is_host(string):
            return _search(self._program, string, 0, 0, "search")
        if self.groups == 0:
            return [found.group() for found in self._all(string, pos, endpos)]
        if self.groups == 1:
            return [found._text(1, "") for found in self._all(string, pos, endpos)]
        return [found.groups("") for found in self._all(string, pos, endpos)]

    def split(self, string, maxsplit=0):
        if _is_host(string):
            return _search(self._program, string, 0, 0, "search")
        parts = []
        last = 0
        for found in self._all(string):
            if maxsplit and len(parts) >= maxsplit * (self.groups + 1):
                break
            parts.append(string[last : found.start()])
            parts.extend(found.groups())
            last = found.end()
        parts.append(string[last:])
        return parts

    def sub(self, repl, string, count=0):
        if _is_host(string) or _is_host(repl):
            return _search(self._program, string if _is_host(string) else repl, 0, 0, "search")
        return self.subn(repl, string, count)[0]

    def subn(self, repl, string, count=0):
        if _is_host(string) or _is_host(repl):
            return _search(self._program, string if _is_host(string) else repl, 0, 0, "search")
        template = repl if callable(repl) else _template(repl, self)
        parts = []
        last = made = 0
        for found in self._all(string):
            if count and made >= count:
                break
            parts.append(string[last : found.start()])
            if callable(repl):
                text = repl(found)
                if text is not None:
                    parts.append(text)
            else:
                parts.append(_expanded(template, found))
            last = found.end()
            made += 1
        parts.append(string[last:])
        return "".join(parts), made

    def __eq__(self, other):
        return isinstance(other, Pattern) and (self.pattern, self.flags) == (other.pattern, other.flags)

    def __hash__(self):
        return hash((self.pattern, self.flags))

    def __repr__(self):
        names = [("IGNORECASE", I), ("MULTILINE", M), ("DOTALL", S), ("VERBOSE", X), ("ASCII", A)]
        flags = "|".join(f"re.{name}" for name, flag in names if self.flags & flag)
        text = repr(self.pattern)[:200]
        return f"re.compile({text}, {flags})" if flags else f"re.compile({text})"


def _template(text, pattern):
    parts = []
    literal = ""
    at = 0
    while at < len(text):
        c = text[at]
        if c != "\\":
            literal += c
            at += 1
            continue
        if at + 1 >= len(text):
            raise error("bad escape (end of pattern)", text, at)
        c = text[at + 1]
        group = None
        if c == "g":
            if text[at + 2 : at + 3] != "<":
                raise error("missing <", text, at + 2)
            end = text.find(">", at + 3)
            if end == at + 3:
                raise error("missing group name", text, at + 3)
            if end < 0:
                if at + 3 >= len(text):
                    raise error("missing group name", text, at + 3)
                raise error("missing >, unterminated name", text, at + 3)
            name = text[at + 3 : end]
            if name.isdecimal():
                group = int(name)
            elif not name.isidentifier():
                raise error(f"bad character in group name {name!r}", text, at + 3)
            elif name not in pattern.groupindex:
                raise IndexError(f"unknown group name {name!r}")
            else:
                group = pattern.groupindex[name]
            where = at + 3
            at = end + 1
        elif c == "0":
            digits = text[at + 1]
            while len(digits) < 3 and text[at + 1 + len(digits) : at + 2 + len(digits)] in list("01234567"):
                digits += text[at + 1 + len(digits)]
            literal += chr(int(digits, 8))
            at += 1 + len(digits)
        elif c in "123456789":
            digits = c
            following = text[at + 2 : at + 3]
            if following and following in "0123456789":
                digits += following
                third = text[at + 3 : at + 4]
                if c in "0123" and following in "01234567" and third and third in "01234567":
                    literal += chr(int(digits + third, 8))
                    at += 4
                    continue
                if c in "4567" and following in "01234567" and third and third in "01234567":
                    raise error(f"octal escape value \\{digits + third} outside of range 0-0o377", text, at)
            group = int(digits)
            where = at + 1
            at += 1 + len(digits)
        elif c in _ESCAPES:
            literal += _ESCAPES[c]
            at += 2
        elif c.isascii() and c.isalpha():
            raise error(f"bad escape \\{c}", text, at)
        else:
            literal += "\\" + c
            at += 2
        if group is not None:
            if group > pattern.groups:
                raise error(f"invalid group reference {group}", text, where)
            parts.append(literal)
            parts.append(group)
            literal = ""
    parts.append(literal)
    return parts


_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def _expanded(template, found):
    return "".join(part if isinstance(part, str) else found._text(part, "") for part in template)


def compile(pattern, flags=0):
    """A pattern that was read."""
    if _is_host(pattern):
        return _read_pattern(pattern, 0)
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, str):
        raise TypeError("first argument must be string or compiled pattern")
    read = _read_pattern(pattern, flags)
    if len(read) == 2:
        raise error(read[0], pattern, read[1])
    return Pattern(read[0], pattern, read[1], read[2], read[3])


def match(pattern, string, flags=0):
    """The match at the start of a text, or None."""
    return compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    """The match of a whole text, or None."""
    return compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    """The first match in a text, or None."""
    return compile(pattern, flags).search(string)


def findall(pattern, string, flags=0):
    """What matches in a text, or what its groups are."""
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    """The matches in a text, one after the other."""
    return compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    """The parts of a text between the matches."""
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    """A text with something else in place of the matches."""
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    """As sub; also how many matches there were."""
    return compile(pattern, flags).subn(repl, string, count)


def escape(pattern):
    """The pattern that matches a text literally."""
    return "".join("\\" + c if c in "()[]{}?*+-|^$\\.&~# \t\n\r\v\f" else c for c in pattern)


def purge():
    """Does nothing: patterns are not kept."""
