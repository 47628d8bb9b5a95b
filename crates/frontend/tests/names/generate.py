"""Writes names.tsv: the public names of real Keras, JAX, optax, Flax and Haiku, with what they take.

    KERAS_BACKEND=jax python crates/frontend/tests/names/generate.py

A line is a module, one of its names, what that is (`module`, `class`, `function`, `value`) and its parameters, in order
and separated by blanks; `*` and `**` stand before those that gather, and `?` stands for parameters that Python cannot tell.
"""

import importlib
import inspect
import pathlib
import types
import warnings

# Each with the modules inside it that are its own affair; of Flax's, only what they show themselves is meant for programs.
PACKAGES = {
    "keras": ["keras.src"],
    "optax": [],
    "haiku": [],
    "flax.linen": None,
    "flax.nnx": None,
    "jax.lax": [],
    "jax.nn": [],
    "jax.numpy": [],
    "jax.random": [],
    "jax.scipy": [],
    "jax.tree": [],
    "jax.tree_util": [],
}


def parameters(value) -> str:
    try:
        given = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return "?"
    before = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return " ".join(before.get(parameter.kind, "") + parameter.name for parameter in given)


def kind(value) -> str:
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else "value"


def is_own(package: str, name: str, value) -> bool:
    """Whether a public name is the package's, rather than something that it imported for itself."""
    if name.startswith("_") or name == "annotations":
        return False
    home = getattr(value, "__module__", None)
    foreign = ("typing", "functools", "collections", "collections.abc", "enum", "dataclasses", "contextlib", "abc")
    return not (isinstance(home, str) and home in foreign and getattr(value, "__name__", None) == name)


def walk(package: str, leave_out: list | None):
    """Every public name of a package and of the modules that it shows."""
    todo, seen = [package], set()
    while todo:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        module = importlib.import_module(path)
        for name in sorted({*getattr(module, "__all__", ()), *dir(module)}):
            value = getattr(module, name, None)
            full = f"{path}.{name}"
            if isinstance(value, types.ModuleType):
                if value.__name__ == full and full not in (leave_out or ()) and not name.startswith("_"):
                    todo.extend([full] if leave_out is not None else [])
                    yield path, name, "module", ""
            elif is_own(path, name, value):
                yield path, name, kind(value), parameters(value) if callable(value) else ""


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    lines = ["\t".join(row) for package, leave_out in PACKAGES.items() for row in walk(package, leave_out)]
    pathlib.Path(__file__).with_name("names.tsv").write_text("\n".join(lines) + "\n")
