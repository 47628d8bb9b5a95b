_SPACES = "\t\n\x0b\x0c\r "
_DASHES = "!\"'&.,?_"


def _is_word(c):
    return c.isalnum() or c == "_"


def _is_letter(c):
    return c == "_" or (c.isalnum() and not c.isdecimal())


def _hyphen(text, at):
    """Whether a word may be divided behind the hyphen at that place."""
    before, after = text[max(at - 3, 0) : at], text[at + 1 : at + 4]
    two = before[-2:]
    if not (len(two) == 2 and _is_letter(two[1]) and (_is_letter(two[0]) or _hyphenated(before))):
        return False
    if not after or not _is_letter(after[0]):
        return False
    second = after[1:3] if after[1:2] == "-" else after[1:2]
    return second[-1:] != "" and _is_letter(second[-1])


def _hyphenated(before):
    return len(before) == 3 and before[1] == "-" and _is_letter(before[0])


class TextWrapper:
    """Divides text into lines."""

    def __init__(
        self,
        width=70,
        initial_indent="",
        subsequent_indent="",
        expand_tabs=True,
        replace_whitespace=True,
        fix_sentence_endings=False,
        break_long_words=True,
        drop_whitespace=True,
        break_on_hyphens=True,
        tabsize=8,
        *,
        max_lines=None,
        placeholder=" [...]",
    ):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def _dashes(self, text, at):
        """How many dashes stand between two words there; 0 if it is not several, or not between words."""
        end = at
        while text[end : end + 1] == "-":
            end += 1
        is_between = at > 0 and (_is_word(text[at - 1]) or text[at - 1] in _DASHES) and _is_word(text[end : end + 1] or " ")
        return end - at if end - at > 1 and is_between else 0

    def _chunks(self, text):
        """Words, what is between them, and parts of words at whose hyphens a line may end."""
        chunks, start, at = [], 0, 0
        while at < len(text):
            is_space = text[at] in _SPACES
            if start < at and is_space != (text[start] in _SPACES):
                chunks.append(text[start:at])
                start = at
            if text[at] == "-" and not is_space and self.break_on_hyphens:
                dashes = self._dashes(text, at)
                if dashes:
                    if start < at:
                        chunks.append(text[start:at])
                    chunks.append(text[at : at + dashes])
                    start = at = at + dashes
                    continue
                if start < at and _hyphen(text, at):
                    chunks.append(text[start : at + 1])
                    start = at + 1
            at += 1
        return chunks + ([text[start:]] if start < len(text) else [])

    def _prepared(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        if self.replace_whitespace:
            text = "".join(" " if c in _SPACES else c for c in text)
        chunks = self._chunks(text)
        if self.fix_sentence_endings:
            for at in range(len(chunks) - 1):
                word = chunks[at].rstrip("\"'")
                if chunks[at + 1] == " " and word[-1:] in (".", "!", "?") and word[-2:-1].islower():
                    chunks[at + 1] = "  "
        return chunks

    def wrap(self, text):
        if self.width <= 0:
            raise ValueError(f"invalid width {self.width!r} (must be > 0)")
        if self.max_lines is not None:
            indent = self.subsequent_indent if self.max_lines > 1 else self.initial_indent
            if len(indent) + len(self.placeholder.lstrip()) > self.width:
                raise ValueError("placeholder too large for max width")
        lines, chunks = [], self._prepared(text)[::-1]
        while chunks:
            indent = self.subsequent_indent if lines else self.initial_indent
            room = self.width - len(indent)
            if self.drop_whitespace and chunks[-1].strip() == "" and lines:
                chunks.pop()
            line, length = [], 0
            while chunks and length + len(chunks[-1]) <= room:
                length += len(chunks[-1])
                line.append(chunks.pop())
            if chunks and len(chunks[-1]) > room:
                self._broken(chunks, line, length, room)
                length = sum(map(len, line))
            if self.drop_whitespace and line and line[-1].strip() == "":
                length -= len(line.pop())
            if not line:
                continue
            is_last = self.max_lines is not None and len(lines) + 1 >= self.max_lines
            rest = not chunks or (self.drop_whitespace and len(chunks) == 1 and not chunks[0].strip())
            if not is_last or (rest and length <= room):
                lines.append(indent + "".join(line))
                continue
            while line:
                if line[-1].strip() and length + len(self.placeholder) <= room:
                    lines.append(indent + "".join(line) + self.placeholder)
                    break
                length -= len(line.pop())
            else:
                last = lines[-1].rstrip() if lines else ""
                if lines and len(last) + len(self.placeholder) <= self.width:
                    lines[-1] = last + self.placeholder
                else:
                    lines.append(indent + self.placeholder.lstrip())
            break
        return lines

    def _broken(self, chunks, line, length, room):
        """Takes as much of a word that fits in no line as fits in this one."""
        left = 1 if room < 1 else room - length
        if self.break_long_words:
            chunk, end = chunks[-1], left
            if self.break_on_hyphens and len(chunk) > left:
                hyphen = chunk.rfind("-", 0, left)
                if hyphen > 0 and any(c != "-" for c in chunk[:hyphen]):
                    end = hyphen + 1
            line.append(chunk[:end])
            chunks[-1] = chunk[end:]
        elif not line:
            line.append(chunks.pop())

    def fill(self, text):
        return "\n".join(self.wrap(text))


def wrap(text, width=70, **kwargs):
    """The lines of a text."""
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    """The text in lines."""
    return TextWrapper(width=width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    """The text in one line, its end left out if it is too long."""
    return TextWrapper(width=width, max_lines=1, **kwargs).fill(" ".join(text.strip().split()))


def dedent(text):
    """The text without the margin that all lines share."""
    lines = ["" if not line.strip(" \t") else line for line in text.split("\n")]
    margin = None
    for line in lines:
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if not line:
            continue
        if margin is None:
            margin = indent
        shared = 0
        while shared < min(len(margin), len(indent)) and margin[shared] == indent[shared]:
            shared += 1
        margin = margin[:shared]
    return "\n".join(line[len(margin or "") :] for line in lines)


def indent(text, prefix, predicate=None):
    """The text with something before each line that is not blank."""
    wanted = predicate or (lambda line: line.strip())
    return "".join(prefix + line if wanted(line) else line for line in text.splitlines(True))
