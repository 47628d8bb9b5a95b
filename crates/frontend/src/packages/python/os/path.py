from os import fspath as _fspath

sep = "/"
altsep = None
extsep = "."
curdir = "."
pardir = ".."
pathsep = ":"
devnull = "/dev/null"


def join(path, /, *paths):
    """The paths one after the other; one that begins at the root takes the place of those before it."""
    joined = _fspath(path)
    for part in paths:
        if not isinstance(part, (str, bytes)) and not hasattr(type(part), "__fspath__"):
            found = type(part).__name__
            raise TypeError(f"join() argument must be str, bytes, or os.PathLike object, not {found!r}")
        part = _fspath(part)
        if part.startswith("/"):
            joined = part
        elif not joined or joined.endswith("/"):
            joined += part
        else:
            joined += "/" + part
    return joined


def split(path):
    """What is before the last slash, and what is behind it."""
    path = _fspath(path)
    at = path.rfind("/") + 1
    head = path[:at]
    return (head.rstrip("/") or head), path[at:]


def basename(path):
    """What is behind the last slash."""
    return split(path)[1]


def dirname(path):
    """What is before the last slash."""
    return split(path)[0]


def splitext(path):
    """The path without its extension, and that with its dot; dots that a name begins with count as its own."""
    path = _fspath(path)
    start = path.rfind("/") + 1
    name = path[start:]
    at = name.rfind(".")
    if at < 0 or not name[:at].strip("."):
        return path, ""
    return path[: start + at], name[at:]


def splitdrive(path):
    """No drive, and the path."""
    return "", _fspath(path)


def normcase(path):
    """The path as it is: case matters."""
    return _fspath(path)


def isabs(path):
    """Whether the path begins at the root."""
    return _fspath(path).startswith("/")


def normpath(path):
    """The path without empty parts, `.`, and `..` behind a name."""
    path = _fspath(path)
    root = ""
    if path.startswith("/"):
        root = "//" if path.startswith("//") and not path.startswith("///") else "/"
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != ".." or (not root and (not parts or parts[-1] == "..")):
            parts.append(part)
        elif parts:
            parts.pop()
    return (root + "/".join(parts)) or "."


def abspath(path):
    """The normal form of a path from the root; where others begin is only known to the run."""
    path = _fspath(path)
    return normpath(path) if isabs(path) else _host("os.path.abspath")(path)


def relpath(path, start="."):
    """How the path is reached from another; if one begins at the root, the other has to, or only the run knows."""
    path, start = _fspath(path), _fspath(start)
    if not path:
        raise ValueError("no path specified")
    to, origin = normpath(path), normpath(start)
    if isabs(to) != isabs(origin) or to.startswith("..") or origin.startswith(".."):
        return _host("os.path.relpath")(path, start)
    to, origin = ([part for part in text.split("/") if part not in ("", ".")] for text in (to, origin))
    shared = 0
    while shared < min(len(to), len(origin)) and to[shared] == origin[shared]:
        shared += 1
    return "/".join([".."] * (len(origin) - shared) + to[shared:]) or "."


def expanduser(path):
    """The path, unless it begins with `~`: homes are only known to the run."""
    path = _fspath(path)
    return _host("os.path.expanduser")(path) if path.startswith("~") else path


def expandvars(path):
    """The path, unless it has a `$`: the environment is only known to the run."""
    path = _fspath(path)
    return _host("os.path.expandvars")(path) if "$" in path else path


def commonprefix(m):
    """The longest text that all begin with."""
    if not m:
        return ""
    texts = [_fspath(path) if not isinstance(path, (list, tuple)) else path for path in m]
    least, most = min(texts), max(texts)
    for at, c in enumerate(least):
        if c != most[at]:
            return least[:at]
    return least


def commonpath(paths):
    """The longest path that all are in."""
    paths = [_fspath(path) for path in paths]
    if not paths:
        raise ValueError("commonpath() arg is an empty sequence")
    if len({isabs(path) for path in paths}) > 1:
        raise ValueError("Can't mix absolute and relative paths")
    parts = [[part for part in path.split("/") if part not in ("", ".")] for path in paths]
    return ("/" if isabs(paths[0]) else "") + "/".join(commonprefix(parts))
