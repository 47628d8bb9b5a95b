"""Checks the examples and guides of JAX, Flax, optax and Haiku with `keramos check`, and writes the table of what came out.

    python scripts/jax_examples.py FOLDER [--keramos target/release/keramos] > docs/jax_examples.md

FOLDER holds checkouts named jax, flax, optax and dm-haiku. Files are taken as they are; of notebooks and pages the
code cells are, one after the other, as Jupyter's own export writes them, without those that are tagged to fail. OPTIONS
holds what some have to be told, since only their data would: types of a batch and sizes.

`--only EXPRESSION` checks only programs whose names it matches; with `--keep docs/jax_examples.md` the rows of the
others stay as that page has them.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import sys
import tempfile

from survey import check, counts, rows_of, table

SOURCES = {
    "jax": ["examples/*.py", "docs/*.md", "docs/*.ipynb", "docs/notebooks/*.ipynb"],
    "flax": ["examples/*/main.py", "examples/ppo/ppo_main.py", "examples/linen_design_test/*.py",
             "examples/nnx_toy_examples/*.py", "docs/**/*.ipynb", "docs_nnx/**/*.ipynb"],
    "optax": ["examples/**/*.ipynb", "docs/*.ipynb"],
    "dm-haiku": ["examples/*.py", "examples/*/train.py", "examples/*/run_catch.py", "examples/*.ipynb",
                 "docs/notebooks/*.ipynb"],
}
# Data, tests and parts of programs; and what is about many devices or other languages, or shows what does not work.
LEFT_OUT = (
    r"__init__|_test\.py|datasets\.py|dataset\.py|hijax|autodidax|/ffi|pallas|cute_dsl|colocated|changelog|contributing"
    r"|developer|installation|README|deprecation|api_compat|investigating|xla_flags|_migration|jaxpr\.md|about\.md"
    r"|building_on|building-on|multi_process|fault_tol|device_memory|export|persistent|profiling|tpu|gpu_|data_loading"
    r"|shape_poly|internals|debugging|linen_design_test/.*test"
)
DIGITS = ["--input-shape", "{'image':f32[32,28,28,1],'label':i32[32]}"]
BYTES = ["--input-shape", "{'image':u8[1000,28,28,1],'label':i32[1000]}"]
SIZES = ["--value", "IMG_SIZE=(28,28,1)", "--value", "NUM_CLASSES=10"]
ROWS = ["--input-shape", "f32[128,784],f32[128,10]"]
OPTIONS = {
    "jax/docs/notebooks/Neural_Network_and_Data_Loading.ipynb": ROWS,
    "jax/docs/notebooks/neural_network_with_tfds_data.ipynb": ROWS,
    "jax/examples/differentially_private_sgd.py": ["--input-shape", "(f32[256,1,28,28,1],f32[256,10])"],
    "jax/examples/mnist_classifier.py": ["--input-shape", "(f32[128,784],f32[128,10])"],
    "dm-haiku/examples/mnist.py": BYTES,
    "dm-haiku/examples/mnist_pruning.py": BYTES,
    "dm-haiku/examples/vae.py": BYTES,
    "flax/docs/quick_start.ipynb": DIGITS,
    "flax/docs_nnx/mnist_tutorial.ipynb": DIGITS,
    "flax/examples/mnist/main.py": DIGITS,
    "dm-haiku/docs/notebooks/non_trainable.ipynb": ["--input-shape", "f32[10,1],i32[10]"],
    "flax/examples/nnx_toy_examples/05_vae.py": ["--input-shape", "f32[64,28,28]"],
    "optax/docs/getting_started.ipynb": ["--input-shape", "f32[5,8],f32[5,2]"],
    "optax/examples/contrib/differentially_private_sgd.ipynb": ["--input-shape", "(f32[256,28,28,1],i32[256])"],
    "optax/examples/lookahead_mnist.ipynb": [*SIZES, "--input-shape", "f32[128,28,28,1],i32[128]"],
    "optax/examples/mlp_mnist.ipynb": SIZES,
}

# Why programs are refused: the first that the message of a row matches.
CAUSES = [
    ("many devices: an artifact is for one", r"a mesh of|threefry_partitionable|out_sharding|auto_axes"),
    ("the inside of a package: `_src`, jaxprs and primitives, references, callbacks, layouts",
     r"_src`|jaxpr|new_ref|_callback|layout|ShapeDtypeStruct' has no|fp8|nnx\.graph`|nnx\.traversals`"),
    ("code that fails in Python, too: names that nothing defines, excerpts, mistakes shown on purpose",
     r"^K01|^K0201|IndexError|In-place operations|custom_vjp|'split'|outside the function"),
    ("data, checkpoints, tokenizers and environments, which only the run has", r"^K0601|UsageError|found ShapeDtypeStruct"),
    ("functions that the file itself never calls with known types (`--entry`)", r"^K0801"),
    ("parts of the packages that are not compiled", r"^K0502|^K0202|^K0203"),
    ("anything else: look there first for faults of the compiler", r""),
]

STATES = ["compiles", "evaluates", "failed", "refused"]


def cells(path: pathlib.Path) -> list:
    """The code of a notebook, or of a page with code."""
    if path.suffix == ".ipynb":
        found = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
        fails = [cell for cell in found if "raises-exception" in cell.get("metadata", {}).get("tags", [])]
        return ["".join(cell["source"]) for cell in found if cell not in fails]
    found = re.findall(r"^```\s*(?:\{code-cell\}[^\n]*|python|py)\n(.*?)^```", path.read_text(), re.S | re.M)
    found = [code for code in found if "raises-exception" not in code.split("\n\n")[0]]
    return [re.sub(r"\A(?:---\n(?:.*\n)*?---\n|(?::[\w-]+:.*\n)+)", "", code) for code in found]


def script(code: str) -> str:
    """A cell without the commands that are the notebook's; of a session, what was typed."""
    if re.search(r"^>>> ", code, re.M):
        typed = [line for line in code.splitlines() if re.match(r"(>>>|\.\.\.)( |$)", line)]
        code = "".join(f"{line[4:]}\n" for line in typed)
    # What is only timed defines its names all the same.
    code = re.sub(r"\A\s*%%(?=time\b|capture\b)", "# %%", code)
    if code.lstrip().startswith("%%"):
        return "".join(f"# {line}\n" for line in code.splitlines())
    return "".join(f"# {line}\n" if re.match(r"\s*[%!]", line) else f"{line}\n" for line in code.splitlines())


def candidates(root: pathlib.Path) -> list:
    found = []
    for name, patterns in SOURCES.items():
        paths = {path for pattern in patterns for path in (root / name).glob(pattern)}
        for path in sorted(paths):
            here = path.relative_to(root).as_posix()
            twin = path.suffix == ".md" and path.with_suffix(".ipynb").exists()
            if not twin and not re.search(LEFT_OUT, here):
                found.append(path)
    return found


def row(keramos: str, name: str, file: pathlib.Path) -> tuple:
    """The line of one program, which is told as soon as it is known."""
    state, said = check(keramos, file, OPTIONS.get(name, []))
    if state == "refused" and said.startswith("K0801") and "the file makes no model" in said:
        state, said = "evaluates", "all of it is computed while it is compiled: nothing is left for an artifact"
    print(name, state, said, sep="\t", file=sys.stderr, flush=True)
    return name, state, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=pathlib.Path)
    parser.add_argument("--keramos", default="target/release/keramos")
    parser.add_argument("--jobs", type=int, default=2, help="how many are checked at a time")
    parser.add_argument("--only", default="", help="check only programs whose names this regular expression matches")
    parser.add_argument("--keep", type=pathlib.Path, help="a page written before, whose rows of other programs stay")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        kept = rows_of(arguments.keep.read_text(), "|".join(SOURCES)) if arguments.keep else {}
        programs, rows = [], []
        for path in candidates(arguments.checkouts):
            name = path.relative_to(arguments.checkouts).as_posix()
            if not re.search(arguments.only, name):
                rows += [kept[name]] if name in kept else []
                continue
            file = path
            if path.suffix != ".py":
                code = [script(cell) for cell in cells(path)]
                if not any(re.search(r"^[^#\s]", cell, re.M) for cell in code):
                    continue
                file = pathlib.Path(folder, name).with_suffix(".py")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("\n\n".join(code), encoding="utf-8")
            programs.append((name, file))
        rows += list(pool.map(lambda program: row(arguments.keramos, *program), programs))
    count = counts(rows, STATES)
    print("# Examples and guides of JAX, Flax, optax and Haiku\n")
    print(
        f"What `keramos check` says of {len(rows)} programs of the public repositories, taken as they are: "
        f"**{count['compiles']} compile**, **{count['evaluates']} are evaluated to their end** and leave nothing for an "
        f"artifact, {count['refused']} are refused with a reason, {count['failed']} fail otherwise.\n\n"
        "An example that compiles makes an artifact with its steps and functions; statements about data, plots and files\n"
        "are the run's. Programs of several files are compiled from their main one. Options of the command line (absl) are\n"
        "their defaults, configurations are evaluated, and there is one device: meshes, `pmap` and shardings are those of\n"
        "one. Programs in the form of these, with data of their own, are compared with the real packages in training\n"
        "(`tests/cli/loops`).\n"
        "`python scripts/jax_examples.py FOLDER > docs/jax_examples.md` makes this page.\n"
    )
    refused = [next(cause for cause, said in CAUSES if re.search(said, row[2])) for row in rows if row[1] == "refused"]
    print("What the refused ones are refused for, by their first message:\n")
    for cause, _ in CAUSES:
        print(f"- {refused.count(cause)}: {cause}")
    print()
    table("program", rows, STATES)


if __name__ == "__main__":
    main()
