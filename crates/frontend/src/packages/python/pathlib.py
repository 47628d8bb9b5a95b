import re as _re
from os import PathLike as _PathLike
from os import fspath as _fspath

from __keramos__ import bare as _bare
from __keramos__ import is_host as _is_host
from __keramos__ import keep as _keep


def _read(parts):
    """The root and the names of paths and texts one after the other."""
    root, names = "", []
    for part in parts:
        text = _fspath(part)
        if not isinstance(text, str):
            wanted = "argument should be a str object or an os.PathLike object returning str"
            raise TypeError(f"{wanted}, not {type(text)!r}")
        if text.startswith("/"):
            root = "//" if text.startswith("//") and not text.startswith("///") else "/"
            names = []
        names = names + [name for name in text.split("/") if name not in ("", ".")]
    return root, names


def _wild(pattern):
    """The pattern of `re` that matches a name as one with wildcards does."""
    made, at = "", 0
    while at < len(pattern):
        c = pattern[at]
        at += 1
        end = pattern.find("]", at + 1 + pattern.startswith("!", at)) if c == "[" else -1
        if end >= 0:
            inside = pattern[at:end].replace("\\", "\\\\")
            made += "[^" + inside[1:] + "]" if inside.startswith("!") else "[" + inside + "]"
            at = end + 1
        else:
            made += ".*" if c == "*" else "." if c == "?" else _re.escape(c)
    return made


class PurePath(_PathLike):
    """A path, as text alone."""

    def __new__(cls, *args):
        for arg in args:
            if _is_host(arg):
                return _host(f"pathlib.{cls.__name__}")(*args)
        if cls is PurePath:
            cls = PurePosixPath
        elif cls is Path:
            cls = PosixPath
        return cls._made(*_read(args))

    @classmethod
    def _made(cls, root, names):
        path = _bare(cls)
        _keep(path, "_root", root)
        _keep(path, "_names", names)
        return path

    def _like(self, root, names):
        return type(self)._made(root, names)

    @property
    def drive(self):
        return ""

    @property
    def root(self):
        return self._root

    @property
    def anchor(self):
        return self._root

    @property
    def parts(self):
        return ((self._root,) if self._root else ()) + tuple(self._names)

    @property
    def name(self):
        return self._names[-1] if self._names else ""

    @property
    def suffix(self):
        name = self.name
        at = name.rfind(".")
        return name[at:] if 0 < at < len(name) - 1 else ""

    @property
    def suffixes(self):
        name = self.name
        return [] if name.endswith(".") else ["." + part for part in name.lstrip(".").split(".")[1:]]

    @property
    def stem(self):
        name = self.name
        return name[: len(name) - len(self.suffix)]

    @property
    def parent(self):
        return self._like(self._root, self._names[:-1]) if self._names else self

    @property
    def parents(self):
        return _Parents(self)

    def _named(self):
        if not self._names:
            raise ValueError(f"{self!r} has an empty name")

    def with_name(self, name):
        self._named()
        if not name or "/" in name or name == ".":
            raise ValueError(f"Invalid name {name!r}")
        return self._like(self._root, self._names[:-1] + [name])

    def with_stem(self, stem):
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix):
        if "/" in suffix or suffix == "." or (suffix and not suffix.startswith(".")):
            raise ValueError(f"Invalid suffix {suffix!r}")
        self._named()
        return self._like(self._root, self._names[:-1] + [self.stem + suffix])

    def joinpath(self, *args):
        for arg in args:
            if _is_host(arg):
                return _host(f"pathlib.{type(self).__name__}")(self, *args)
        return self._like(*_read((self, *args)))

    def __truediv__(self, key):
        try:
            return self.joinpath(key)
        except TypeError:
            return NotImplemented

    def __rtruediv__(self, key):
        try:
            return self._like(*_read((key, self)))
        except TypeError:
            return NotImplemented

    def is_absolute(self):
        return self._root != ""

    def is_reserved(self):
        return False

    def relative_to(self, *other):
        if not other:
            raise TypeError("need at least one argument")
        base = type(self)(*other)
        if _is_host(base):
            return _host("pathlib.Path.relative_to")(base)
        size = len(base.parts)
        if self.parts[:size] != base.parts or (self._root and not base._root):
            shown = str(base) if size else ""
            where = "OR one path is relative and the other is absolute."
            raise ValueError(f"{str(self)!r} is not in the subpath of {shown!r} {where}")
        return self._like("", list(self.parts[size:]))

    def is_relative_to(self, *other):
        try:
            self.relative_to(*other)
            return True
        except ValueError:
            return False

    def match(self, path_pattern):
        root, patterns = _read((path_pattern,))
        if not root and not patterns:
            raise ValueError("empty pattern")
        parts, patterns = self.parts, ([root] if root else []) + patterns
        if len(patterns) > len(parts) or (root and len(patterns) != len(parts)):
            return False
        pairs = zip(reversed(parts), reversed(patterns))
        return all(_re.fullmatch(_wild(pattern), part, _re.DOTALL) is not None for part, pattern in pairs)

    def as_posix(self):
        return str(self)

    def as_uri(self):
        if not self._root:
            raise ValueError("relative path can't be expressed as a file URI")
        safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/"
        return "file://" + "".join(chr(b) if chr(b) in safe else f"%{b:02X}" for b in str(self).encode())

    def __str__(self):
        return (self._root + "/".join(self._names)) or "."

    def __fspath__(self):
        return str(self)

    def __bytes__(self):
        return str(self).encode()

    def __repr__(self):
        return f"{type(self).__name__}({str(self)!r})"

    def __hash__(self):
        return hash(self.parts)

    def __eq__(self, other):
        return self.parts == other.parts if isinstance(other, PurePath) else NotImplemented

    def __lt__(self, other):
        return self.parts < other.parts if isinstance(other, PurePath) else NotImplemented

    def __le__(self, other):
        return self.parts <= other.parts if isinstance(other, PurePath) else NotImplemented

    def __gt__(self, other):
        return self.parts > other.parts if isinstance(other, PurePath) else NotImplemented

    def __ge__(self, other):
        return self.parts >= other.parts if isinstance(other, PurePath) else NotImplemented

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class _Parents:
    def __init__(self, path):
        self._path = path

    def __len__(self):
        return len(self._path._names)

    def __getitem__(self, at):
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        names = self._path._names
        return self._path._like(self._path._root, names[: len(names) - 1 - at % len(self)])

    def __repr__(self):
        return f"<{type(self._path).__name__}.parents>"


class PurePosixPath(PurePath):
    """A path with slashes, as text alone."""


_OF_THE_DISK = """absolute chmod exists expanduser glob group hardlink_to is_block_device is_char_device is_dir is_fifo
is_file is_mount is_socket is_symlink iterdir lchmod lstat mkdir open owner read_bytes read_text readlink rename replace
resolve rglob rmdir samefile stat symlink_to touch unlink write_bytes write_text""".split()


class Path(PurePath):
    """A path; what it finds on the disk is only known to the run."""

    def __getattr__(self, name):
        if name in _OF_THE_DISK:
            return _host(f"pathlib.Path.{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def cwd(cls):
        return _host("pathlib.Path.cwd")()

    @classmethod
    def home(cls):
        return _host("pathlib.Path.home")()


class PosixPath(Path, PurePosixPath):
    """A path with slashes; what it finds on the disk is only known to the run."""
