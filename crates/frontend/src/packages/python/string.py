whitespace = " \t\n\r\v\f"
ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    """The words of a text capitalized."""
    return (sep or " ").join(map(str.capitalize, s.split(sep)))


def _placeholder(rest):
    """Whether braces stand around the name that `rest`, the text behind a dollar, begins with; the name, or "" if it begins with none; and what follows."""
    braced = rest.startswith("{")
    text = rest[1:] if braced else rest
    end = 0
    while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] == "_"):
        end += 1
    name = text[:end]
    if not name or name[0].isdigit() or (braced and text[end : end + 1] != "}"):
        return braced, "", rest
    return braced, name, text[end + 1 :] if braced else text[end:]


class Template:
    def __init__(self, template):
        self.template = template

    def _filled(self, values, strict):
        parts = []
        rest = self.template
        while "$" in rest:
            before, _, rest = rest.partition("$")
            parts.append(before)
            if rest.startswith("$"):
                parts.append("$")
                rest = rest[1:]
                continue
            braced, name, behind = _placeholder(rest)
            if not name:
                if strict:
                    at = len(self.template) - len(rest) - 1
                    line = self.template[:at].count("\n") + 1
                    column = at - self.template[:at].rfind("\n")
                    raise ValueError(f"Invalid placeholder in string: line {line}, col {column}")
                parts.append("$")
                continue
            shown = "${" + name + "}" if braced else "$" + name
            if strict or name in values:
                parts.append(str(values[name]))
            else:
                parts.append(shown)
            rest = behind
        return "".join(parts) + rest

    def substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, True)

    def safe_substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, False)

    def get_identifiers(self):
        names = []
        rest = self.template
        while "$" in rest:
            _, _, rest = rest.partition("$")
            if rest.startswith("$"):
                rest = rest[1:]
                continue
            _, name, rest = _placeholder(rest)
            if name and name not in names:
                names.append(name)
        return names


class Formatter:
    """Replaces the fields of a format as `str.format` does; a class of its own may look values up in another way."""

    def format(self, format_string, /, *args, **kwargs):
        return self.vformat(format_string, args, kwargs)

    def vformat(self, format_string, args, kwargs):
        used = set()
        result, _ = self._filled(format_string, args, kwargs, used, 2, 0)
        self.check_unused_args(used, args, kwargs)
        return result

    def _filled(self, text, args, kwargs, used, depth, number):
        if depth < 0:
            raise ValueError("Max string recursion exceeded")
        parts = []
        for literal, field, spec, conversion in self.parse(text):
            if literal:
                parts.append(literal)
            if field is None:
                continue
            first = field[: min((field + mark).find(mark) for mark in ".[")]
            if first == "":
                if number is False:
                    raise ValueError("cannot switch from manual field specification to automatic field numbering")
                field = str(number) + field
                number += 1
            elif first.isdigit():
                if number:
                    raise ValueError("cannot switch from automatic field numbering to manual field specification")
                number = False
            value, key = self.get_field(field, args, kwargs)
            used.add(key)
            value = self.convert_field(value, conversion)
            spec, number = self._filled(spec, args, kwargs, used, depth - 1, number)
            parts.append(self.format_field(value, spec))
        return "".join(parts), number

    def get_value(self, key, args, kwargs):
        return args[key] if isinstance(key, int) else kwargs[key]

    def check_unused_args(self, used_args, args, kwargs):
        pass

    def format_field(self, value, format_spec):
        return format(value, format_spec)

    def convert_field(self, value, conversion):
        if conversion is None:
            return value
        if conversion == "s":
            return str(value)
        if conversion == "r":
            return repr(value)
        if conversion == "a":
            return ascii(value)
        raise ValueError(f"Unknown conversion specifier {conversion}")

    def get_field(self, field_name, args, kwargs):
        end = min((field_name + mark).find(mark) for mark in ".[")
        first, rest = field_name[:end], field_name[end:]
        first = int(first) if first.isdigit() else first
        value = self.get_value(first, args, kwargs)
        while rest:
            if rest[0] == ".":
                end = min((rest[1:] + mark).find(mark) for mark in ".[") + 1
                name, rest = rest[1:end], rest[end:]
                if not name:
                    raise ValueError("Empty attribute in format string")
                value = getattr(value, name)
            elif rest[0] == "[":
                name, closed, rest = rest[1:].partition("]")
                if not closed:
                    raise ValueError("Missing ']' in format string")
                if not name:
                    raise ValueError("Empty attribute in format string")
                value = value[int(name) if name.isdigit() else name]
            else:
                raise ValueError("Only '.' or '[' may follow ']' in format field specifier")
        return value, first

    def parse(self, format_string):
        literal = ""
        rest = format_string
        while rest:
            at = min((rest + mark).find(mark) for mark in "{}")
            literal += rest[:at]
            rest = rest[at:]
            if not rest:
                break
            if rest[:2] == "{{" or rest[:2] == "}}":
                yield literal + rest[0], None, None, None
                literal = ""
                rest = rest[2:]
                continue
            if rest[0] == "}":
                raise ValueError("Single '}' encountered in format string")
            if rest == "{":
                raise ValueError("Single '{' encountered in format string")
            depth = 1
            end = 1
            while end < len(rest) and depth:
                depth += {"{": 1, "}": -1}.get(rest[end], 0)
                end += 1
            if depth:
                raise ValueError("expected '}' before end of string")
            field, rest = rest[1 : end - 1], rest[end:]
            bracket = field.find("]") if "[" in field else 0
            at = min((field + mark).find(mark, max(bracket, 0)) for mark in "!:")
            name, more = field[:at], field[at:]
            conversion = None
            if more.startswith("!"):
                conversion, more = more[1:2], more[2:]
                if not conversion:
                    raise ValueError("end of string while looking for conversion specifier")
                if more and not more.startswith(":"):
                    raise ValueError("expected ':' after conversion specifier")
            yield literal, name, more[1:], conversion
            literal = ""
        if literal:
            yield literal, None, None, None
