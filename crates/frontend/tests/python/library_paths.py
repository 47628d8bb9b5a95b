"""Paths as text: os.path and pathlib."""

import os, os.path as osp
from os.path import join
print(os.path.join("a", "b/", "c"), join("x", "/y"), osp.splitext("a/b.tar.gz"))
print(os.path.basename("/x/y.z"), os.path.dirname("a/b"), os.sep)
print(os.fspath("q"), os.path.normpath("a/../b//c/."), os.path.relpath("a/b", "a/c"))
print(os.path.isabs("/a"))
try: os.path.join("a", 5)
except TypeError as e: print(e)

from pathlib import Path, PurePath, PurePosixPath
import pathlib, os
p = Path("data") / "x" / "y.tar.gz"
print(p, repr(p), p.name)
print(p.stem, p.suffix, p.suffixes)
print(p.parent, list(p.parents), p.parts)
print(p.with_suffix(".npz"), p.with_name("z"), "root" / p)
print(p.joinpath("a", "b"), str(p), os.fspath(p))
print(f"{p}", f"{p!s:>20}", "%s" % p)
print(os.path.join(p, "t"), p == Path("data/x/y.tar.gz"), hash(p) == hash(Path("data/x/y.tar.gz")))
print({p: 1}[Path("data/x/y.tar.gz")], isinstance(p, PurePath), isinstance(p, os.PathLike))
print(type(p).__name__, p.is_absolute(), sorted([Path("b"), Path("a")]))
print(p.relative_to("data"), Path("/a") > Path("/"), p.match("*.gz"))
print(Path(), Path("/"), Path("a/./b//c"))
print(p.parents[1], PurePosixPath("x"), len(p.parents))
try: p / 5
except TypeError as e: print(e)
try: p + "x"
except TypeError as e: print(e)
try: p.nope
except AttributeError as e: print(e)
