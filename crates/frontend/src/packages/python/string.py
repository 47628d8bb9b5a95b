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
            braced = rest.startswith("{")
            text = rest[1:] if braced else rest
            end = 0
            while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] == "_"):
                end += 1
            name = text[:end]
            if not name or name[0].isdigit() or (braced and text[end : end + 1] != "}"):
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
            rest = text[end + 1 :] if braced else text[end:]
        return "".join(parts) + rest

    def substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, True)

    def safe_substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, False)
