name = "posix"
sep = "/"
altsep = None
extsep = "."
curdir = "."
pardir = ".."
pathsep = ":"
linesep = "\n"
devnull = "/dev/null"


class PathLike:
    """What has `__fspath__`: a path as an object."""


def fspath(path):
    """The text of a path."""
    if isinstance(path, (str, bytes)):
        return path
    if not hasattr(type(path), "__fspath__"):
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")
    text = path.__fspath__()
    if not isinstance(text, (str, bytes)):
        found = f"{type(path).__name__}.__fspath__() to return str or bytes, not {type(text).__name__}"
        raise TypeError(f"expected {found}")
    return text
