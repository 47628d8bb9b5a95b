#!/usr/bin/env python3
"""Runs the StableHLO project's `testdata` suite through `keramos-run call`, and writes what came of it as Markdown.

    scripts/stablehlo_testdata.py TESTDATA KERAMOS_RUN [-o docs/stablehlo-testdata.md] [--only PART] [--work DIR]

TESTDATA is the folder `stablehlo/testdata` of a checkout of the project; it is no part of this repository. Needs JAX for
its MLIR bindings (no JAX program runs).

Each file holds a program and, in custom calls named `check.…`, what its values must be. No plugin has these calls, so they are
taken out and the values that they compare become results of `main`. The comparison is then made here, as
the project's own interpreter makes it: `expect_eq` bit by bit, `expect_close` within 3 steps of the floating-point type,
`expect_almost_eq` within 0.001. Where a value differs and EXACT can compute it in double precision, both errors are told: that
of the plugin and that of the file.
"""

import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import jax
import ml_dtypes
import numpy as np
from jax._src.interpreters import mlir as jax_mlir
from jaxlib.mlir import ir
from jaxlib.mlir.dialects import stablehlo

CLOSE_ULPS = 3
ALMOST = 0.001
NARROW = {"bf16": ml_dtypes.bfloat16}
TIMEOUT = 120


# The values that files hold, computed in double precision from their inputs.
EXACT = {
    "cumprod_complex": lambda x: np.cumprod(x, axis=0),
    "pow_complex": np.power,
    "sin_complex": np.sin,
    "triangular_solve_float32_2_8_8_float32_2_10_8": lambda a, b: np.stack(
        [np.linalg.solve(np.triu(u).T, v.T).T for u, v in zip(a, b)]
    ),
}


class NoChecks(Exception):
    """The file says nothing about its results."""


def split_parts(text):
    """The modules of a file of several, as `-split-input-file` sees them."""
    return [part for part in re.split(r"^// -----.*$", text, flags=re.M) if "main" in part]


def expose(text, context):
    """The module with compared values as results of `main`, behind them the inputs, and for each comparison (kind, actual,
    expected, type)."""
    with context, ir.Location.unknown():
        module = ir.Module.parse(text)
        functions = {op.name.value: op for op in module.body.operations if op.operation.name == "func.func"}
        main = functions["main"]
        block = main.regions[0].blocks[0]
        checks, values, inputs = [], [], []
        for op in list(block.operations):
            if op.operation.name == "func.call" and "@inputs" in str(op.operation.attributes["callee"]):
                inputs += op.operation.results
            kind = check_kind(op.operation)
            if kind is None:
                continue
            operands = list(op.operation.operands)
            if kind.endswith("_const"):
                kind = kind.removesuffix("_const")
                with ir.InsertionPoint(op):
                    operands.append(stablehlo.constant(op.operation.attributes["value"]))
            checks.append((kind, len(values), len(values) + 1, element(operands[0].type)))
            values += operands
            op.operation.erase()
        if not checks:
            raise NoChecks
        list(block.operations)[-1].operation.erase()
        with ir.InsertionPoint(block):
            ir.Operation.create("func.return", operands=values + inputs)
        results = [v.type for v in values + inputs]
        main.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(main.type.inputs, results))
        if "res_attrs" in main.attributes:
            del main.attributes["res_attrs"]
        return str(module), checks


def check_kind(op):
    """`expect_close` and the like for a comparison, `None` for any other operation."""
    name = op.name
    if name == "stablehlo.custom_call":
        name = ir.StringAttr(op.attributes["call_target_name"]).value
    if not name.startswith("check."):
        return None
    name = name.removeprefix("check.")
    return "expect_eq" if name == "eq" else name


def element(ty):
    """The element type of a tensor, as text."""
    return str(ir.RankedTensorType(ty).element_type)


def expose_quantized(text):
    """As `expose`, by text: the bindings do not have the dialect of quantised types."""
    checks = re.findall(r"= stablehlo\.custom_call @check\.eq\((%\w+), (%\w+)\).*: \((\S+), (\S+)\)", text)
    if not checks:
        raise NoChecks
    text = re.sub(r"^.*@check\.eq.*$\n", "", text, flags=re.M)
    values = [value for check in checks for value in check[:2]]
    types = [ty for check in checks for ty in check[2:]]
    text = re.sub(r"^    return .*$", f"    return {', '.join(values)} : {', '.join(types)}", text, count=1, flags=re.M)
    text = re.sub(r"(@main\(.*\) ->) .* \{$", lambda m: f"{m[1]} ({', '.join(types)}) {{", text, count=1, flags=re.M)
    kinds = [("expect_eq", 2 * i, 2 * i + 1, re.split("x", check[2])[-1].strip("<>")) for i, check in enumerate(checks)]
    return text, kinds


def steps(a, b):
    """How many representable numbers lie between the floats of two arrays; NaN is equal to NaN."""
    bits = a.dtype.itemsize * 8
    unsigned = np.dtype(f"u{a.dtype.itemsize}")
    sign = unsigned.type(1 << (bits - 1))

    def place(x):
        raw = x.view(unsigned)
        magnitude = (raw & ~sign).astype(object)
        return np.where(raw & sign, -magnitude, magnitude)

    distance = np.abs(place(a) - place(b))
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    distance = np.where(nan_a & nan_b, 0, distance)
    return np.where(nan_a != nan_b, 1 << bits, distance)


@np.errstate(invalid="ignore")
def difference(kind, ty, actual, expected):
    """`None` if the two arrays are equal in the sense of the comparison, else in words how they differ."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return f"{actual.dtype}{actual.shape} instead of {expected.dtype}{expected.shape}"
    if ty in NARROW:
        actual, expected = actual.view(NARROW[ty]), expected.view(NARROW[ty])
    if actual.dtype.kind == "c":
        actual, expected = (np.ascontiguousarray(x).view(np.dtype(f"f{x.itemsize // 2}")) for x in (actual, expected))
    floats = actual.dtype.kind == "f" or ty in NARROW
    if kind == "expect_eq" or not floats:
        same = actual == expected
        if floats:
            same |= np.isnan(actual) & np.isnan(expected)
        return None if same.all() else f"{(~same).sum()} of {same.size} elements differ"
    if kind == "expect_close":
        worst = steps(np.atleast_1d(actual), np.atleast_1d(expected)).max(initial=0)
        return None if worst <= CLOSE_ULPS else f"{worst} floating-point steps apart"
    a, e = actual.astype("float64"), expected.astype("float64")
    same = (a == e) | (np.isnan(a) & np.isnan(e)) | (np.abs(a - e) <= ALMOST)
    if same.all():
        return None
    apart = np.where(same, 0, np.abs(a - e))
    worst = np.unravel_index(np.nanargmax(apart), apart.shape)
    return f"{apart[worst]:.3g} apart where {e[worst]:.3g} is expected"


def short_refusal(message):
    """The class of a refusal: the plugin's message without names, numbers and types."""
    line = next((l for l in message.splitlines() if "error" in l), message.splitlines()[0] if message else "no message")
    line = line.split("the plugin cannot compile the module: ")[-1].split("of the module is ")[-1]
    line = re.sub(r"^\S*mlir: ", "", line)
    line = re.sub(r"PJRT_\w+ failed \([^)]*\): ", "", line)
    line = re.sub(r"-:\d+:\d+: |tensor<[^>]*>+|!quant\.uniform<[^>]*>+|%[\w.#]+", "", line)
    return re.sub(r"\s+", " ", re.sub(r"\d+", "N", line)).strip()[:110]


def errors(name, actual, expected, inputs):
    """The largest relative errors of the plugin's values and of the file's, in words; empty where EXACT does not tell."""
    exact = next((function for start, function in EXACT.items() if name.startswith(start)), None)
    if exact is None:
        return ""
    with np.errstate(all="ignore"):
        right = exact(*[x.astype("complex128" if x.dtype.kind == "c" else "float64") for x in inputs])
        worst = [np.nanmax(np.where(np.isfinite(right), np.abs(x - right) / np.abs(right), 0)) for x in (actual, expected)]
    return "; largest relative error of the plugin {:.2g}, of the file {:.2g}".format(*worst)


def run_part(keramos_run, name, text, checks, folder):
    """`("correct", "")`, `("refused", why)` or `("differs", how)`."""
    module, out = folder / "module.mlir", folder / "out"
    module.write_text(text)
    shutil.rmtree(out, ignore_errors=True)
    command = [keramos_run, "--quiet", "call", module, "main", "--raw", "--out-dir", out]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return "differs", f"took longer than {TIMEOUT} s"
    if done.returncode != 0:
        if done.returncode < 0 or "panicked" in done.stderr:
            return "differs", f"ended with status {done.returncode}"
        return "refused", short_refusal(done.stderr)
    results = [np.load(out / f"{index}.npy") for index in range(len(list(out.iterdir())))]
    inputs = results[2 * len(checks) :]
    for kind, actual, expected, ty in checks:
        found = difference(kind, ty, results[actual], results[expected])
        if found:
            return "differs", found + errors(name, results[actual], results[expected], inputs)
    return "correct", ""


def run_file(path, keramos_run, folder, context):
    outcome = "correct", ""
    for text in split_parts(path.read_text()):
        signature = re.search(r"@main\((.*)\) ->|@main\((.*)\) \{", text)
        if signature and (signature[1] or signature[2]):
            return "inputs", ""
        try:
            exposed = expose_quantized(text) if "!quant" in text else expose(text, context)
        except NoChecks:
            return "unchecked", ""
        except ir.MLIRError as error:
            return "refused", "not read by the MLIR bindings: " + short_refusal(str(error))
        outcome = run_part(keramos_run, path.stem, *exposed, folder)
        if outcome[0] != "correct":
            return outcome
    return outcome


HEAD = """# The StableHLO project's testdata

What `keramos-run call` makes of each file in `stablehlo/testdata` of the StableHLO project, with the CPU plugin that
`scripts/setup.sh` installs. Written by `scripts/stablehlo_testdata.py`, which tells how values are compared.

| files | outcome |
|---|---|
"""
TITLES = {
    "correct": "run, and every value is what the file expects",
    "differs": "run, and a value differs from the one that the file holds",
    "refused": "not accepted by the plugin",
    "inputs": "take inputs of unknown sizes and hold no values for them, so there is nothing to run",
    "unchecked": "hold no expected values",
}


def report(outcomes):
    by_kind = collections.Counter(kind for kind, _ in outcomes.values())
    text = HEAD + "".join(f"| {by_kind[kind]} | {title} |\n" for kind, title in TITLES.items() if by_kind[kind])
    text += f"| {len(outcomes)} | all |\n"
    for kind, title in TITLES.items():
        files = {name: why for name, (k, why) in outcomes.items() if k == kind}
        if kind == "correct" or not files:
            continue
        text += f"\n## Files that {title}\n" if kind in ("inputs", "unchecked") else f"\n## {title[0].upper()}{title[1:]}\n"
        reasons = collections.defaultdict(list)
        for name, why in sorted(files.items()):
            reasons[why if kind == "refused" else ""].append(name if kind != "differs" else f"{name}: {why}")
        for why, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
            text += f"\n{why} ({len(names)}):\n" if why else ""
            text += "\n" + "".join(f"- {name}\n" for name in names)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("testdata", type=pathlib.Path)
    parser.add_argument("keramos_run", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    parser.add_argument("--only", default="", help="run files with this in their path")
    arguments = parser.parse_args()
    context = jax_mlir.make_ir_context()
    context.allow_unregistered_dialects = True
    outcomes = {}
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(arguments.testdata.rglob("*.mlir")):
            name = str(path.relative_to(arguments.testdata))
            if arguments.only in name:
                outcomes[name] = run_file(path, arguments.keramos_run.resolve(), pathlib.Path(folder), context)
                print(name, *outcomes[name], flush=True)
    text = report(outcomes)
    if arguments.output:
        arguments.output.write_text(text)
    else:
        print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
