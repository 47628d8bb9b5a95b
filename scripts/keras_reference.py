"""Builds the model of one of Keras's code examples with real Keras on JAX and writes its weights, inputs and outputs.

    KERAS_BACKEND=jax python scripts/keras_reference.py EXAMPLE.py FOLDER [--value NAME=...] [--input-shape TYPES] [--data FILE]

The example's statements run one after the other; those that fail, for want of data above all, are passed over.
Packages that are not installed, files, plots and training are stood in for by objects that do nothing. The model is the
one that `keramos compile` would choose: the one compiled, fitted or summarised last. Its weights are moved off their
starts at random, so that none is trivial.
"""

import argparse
import ast
import functools
import importlib.abc
import importlib.util
import json
import os
import pathlib
import re
import signal
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras
import numpy as np
from jax.export import is_symbolic_dim

BATCH = 4
STEPS = 3
SECONDS = 300


class Anything:
    """Stands for whatever the example would get from data, files and plots."""

    # Methods of data sets that take a function, and give a data set.
    METHODS = ("apply", "filter", "flat_map", "from_generator", "interleave", "map", "reduce", "scan")

    def __init__(self, name=""):
        self.name = name

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *args, **kwargs):
        # A decorator leaves the function as it is.
        function = len(args) == 1 and not kwargs and (isinstance(args[0], type) or type(args[0]).__name__ == "function")
        if function and self.name not in Anything.METHODS:
            return args[0]
        return Anything()

    def __getitem__(self, index):
        return Anything()

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 1

    def __int__(self):
        return 1

    __index__ = __int__

    def __float__(self):
        return 1.0

    def __enter__(self):
        return self

    def __exit__(self, *what):
        return False

    def __contains__(self, value):
        return False

    def __fspath__(self):
        return "anything"

    def __instancecheck__(self, value):
        return False

    def __mro_entries__(self, bases):
        return ()


for operator in "add sub mul truediv floordiv mod pow radd rsub rmul rtruediv rfloordiv rmod rpow neg and or lt le gt ge".split():
    setattr(Anything, f"__{operator}__", lambda self, *other: Anything())


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module that the example imports and nothing else finds."""

    def __init__(self, example):
        self.example = example

    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame is None or frame.f_code.co_filename != self.example:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec):
        module = type(sys)(spec.name)
        module.__path__ = []
        # Progress bars go through what they are given.
        if spec.name.split(".")[0] == "tqdm":
            module.tqdm = lambda elements=(), *args, **kwargs: elements
        module.__getattr__ = lambda name: Anything(name) if not name.startswith("__") else (_ for _ in ()).throw(AttributeError(name))
        return module

    def exec_module(self, module):
        pass


used = []
problems = []


def stand_in() -> dict:
    """Replaces what reads, trains and draws; what is needed later comes back as it was."""
    rng = np.random.default_rng(0)

    def images(*shape, classes=10):
        def load_data(**options):
            part = lambda: (rng.integers(0, 255, (256, *shape), dtype=np.uint8), rng.integers(0, classes, (256, 1)))
            return part(), part()

        return load_data

    keras.datasets.mnist.load_data = images(28, 28)
    keras.datasets.fashion_mnist.load_data = images(28, 28)
    keras.datasets.cifar10.load_data = images(32, 32, 3)
    keras.datasets.cifar100.load_data = images(32, 32, 3, classes=100)
    for name in ("imdb", "reuters", "boston_housing", "california_housing"):
        setattr(getattr(keras.datasets, name), "load_data", lambda **options: ((Anything(), Anything()), (Anything(), Anything())))
    keep = {name: getattr(keras.Model, name) for name in ("predict", "save_weights", "compile", "summary", "fit")}

    def compiled(self, *args, **kwargs):
        used.append(self)
        self.was_compiled = True
        return keep["compile"](self, *args, **kwargs)

    def noted(self, *args, **kwargs):
        used.append(self)
        return Anything()

    def fitted(self, x=None, *args, class_weight=None, **kwargs):
        self.classes_weigh = class_weight if isinstance(class_weight, dict) else None
        self.fitted_on = x
        return noted(self)

    keras.Model.compile, keras.Model.fit, keras.Model.summary = compiled, fitted, noted
    nothing = lambda self, *args, **kwargs: Anything()
    for name in "evaluate predict predict_on_batch train_on_batch test_on_batch load_weights save_weights export".split():
        setattr(keras.Model, name, nothing)
    saved = {}
    keras.Model.save = lambda self, path="", *args, **kwargs: saved.__setitem__(str(path), self)
    for name in "get_file plot_model image_dataset_from_directory text_dataset_from_directory load_img img_to_array array_to_img save_img audio_dataset_from_directory timeseries_dataset_from_array pad_sequences".split():
        setattr(keras.utils, name, lambda *args, **kwargs: Anything())
    for name in "StringLookup IntegerLookup TextVectorization Hashing HashedCrossing".split():
        setattr(keras.layers, name, lambda *args, **kwargs: Anything())
    # What the example has saved comes back; other files are not there.
    keras.models.load_model = keras.saving.load_model = lambda path="", *args, **kwargs: saved.get(str(path), Anything())

    def of_numbers(function, in_numpy):
        """Sizes stay numbers: what computes them with operations on tensors gives tiles that JAX takes under jit, too."""

        def computed(*args, **kwargs):
            leaves = keras.tree.flatten((args, kwargs))
            sizes = [isinstance(leaf, int | np.ndarray | np.generic) or is_symbolic_dim(leaf) for leaf in leaves]
            if all(sizes):
                return in_numpy(*args, **kwargs)
            return function(*args, **kwargs)

        return computed

    one = lambda size, axis: np.array([size]) if np.ndim(size) == 0 else np.expand_dims(size, axis)
    for name, in_numpy in [("expand_dims", one), ("concatenate", np.concatenate), ("convert_to_tensor", np.asarray)]:
        setattr(keras.ops, name, of_numbers(getattr(keras.ops, name), in_numpy))

    def untrained(make):
        def application(*args, **kwargs):
            # A model that is to be trained on ImageNet may have layers of its own: it is made as such, and nothing is loaded.
            changed = [(keras.src.utils.file_utils, "get_file"), (keras.Model, "load_weights")]
            before = [getattr(owner, name) for owner, name in changed]
            for owner, name in changed:
                setattr(owner, name, lambda *args, **kwargs: "weights")
            try:
                return make(*args, **kwargs)
            finally:
                for (owner, name), function in zip(changed, before):
                    setattr(owner, name, function)

        return application

    for module in [keras.applications] + [m for m in vars(keras.applications).values() if type(m) is type(keras)]:
        for name, make in list(vars(module).items()):
            if name[:1].isupper() and callable(make):
                setattr(module, name, untrained(make))
            if name == "decode_predictions":
                setattr(module, name, lambda *args, **kwargs: Anything())
    return keep


def array_of(text: str):
    """Random numbers of a type such as `f32[8,3]`."""
    kind, sizes = re.fullmatch(r"(\w+)\[([\d,]*)\]", text).groups()
    shape = [int(size) for size in sizes.split(",") if size]
    return random_array(shape, {"f32": "float32", "i32": "int32", "u8": "uint8", "bool": "bool"}.get(kind, "float32"))


def random_array(shape, dtype):
    rng = np.random.default_rng(len(shape) + sum(shape))
    if dtype.startswith(("float", "bfloat")):
        return rng.random(shape, dtype=np.float32).astype(dtype)
    return rng.integers(0, {"bool": 2, "uint8": 256}.get(dtype, 10), shape).astype(dtype)


class Tell(ast.NodeTransformer):
    """Puts told values in the place of those that a name is assigned."""

    def __init__(self, told):
        self.told = told

    def visit_Assign(self, node):
        names = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        tell = "{0} = __told__({0!r}, locals().get({0!r}))"
        extra = [ast.parse(tell.format(name)).body[0] for name in sorted(names & self.told.keys())]
        if not extra:
            return node
        safe = ast.Try([node], [ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])], [], [])
        return [ast.copy_location(ast.fix_missing_locations(new), node) for new in [safe, *extra]]


def run(path: pathlib.Path, told: dict) -> dict:

    def value_of(name, given):
        """What is told of data; a name for data may be one of the model later on."""
        return given if isinstance(given, keras.KerasTensor | keras.Layer) else told[name]

    scope = {"__name__": "__main__", "__file__": str(path), "__told__": value_of, **told}
    tree = Tell(told).visit(ast.parse(path.read_text(encoding="utf-8")))

    def late(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    for statement in ast.fix_missing_locations(tree).body:
        signal.alarm(SECONDS)
        try:
            exec(compile(ast.Module([statement], []), str(path), "exec"), scope)
        except BaseException as error:
            problems.append(f"line {statement.lineno}: {type(error).__name__}: {error}".splitlines()[0][:120])
            if os.environ.get("KERAMOS_VERBOSE"):
                print(problems[-1], file=sys.stderr)
            loads = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if not isinstance(statement, ast.ClassDef | ast.FunctionDef) and any(
                isinstance(scope.get(name), keras.KerasTensor) for name in loads
            ):
                sys.exit(f"no model ({problems[-1]})")
            for target in ast.walk(statement):
                if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                    scope.setdefault(target.id, told.get(target.id, Anything()))
        finally:
            signal.alarm(0)
    return scope


def nudged(array):
    """The array with other last bits, where it holds fractions."""
    array = np.asarray(array)
    return array * np.float32(1 + 2**-23) if array.dtype == "float32" else array


def train(keep: dict, model, data) -> dict:
    """Losses and metrics of STEPS steps, each on all the rows: the arrays x0, x1, ... are the inputs and y0, y1, ... the
    targets."""
    one = lambda parts: parts[0] if len(parts) == 1 else parts or None
    inputs, targets = (one([data[name] for name in data.files if name.startswith(letter)]) for letter in "xy")
    # What the example has replaced by name goes on; what it calls on its way is real again.
    keras.Model.fit = keep["fit"]
    history = model.fit(
        inputs,
        targets,
        batch_size=len(data["x0"]),
        epochs=STEPS,
        shuffle=False,
        verbose=0,
        class_weight=getattr(model, "classes_weigh", None),
    )
    return {name: [float(value) for value in values] for name, values in history.history.items()}


def split(text: str) -> list:
    """The parts of a text between commas outside of brackets."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("example", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--value", action="append", default=[])
    parser.add_argument("--input-shape", default="")
    parser.add_argument("--model", default="", help="the variable that holds the model, or an attribute of one in it")
    parser.add_argument("--no-training", action="store_true", help="of no effect here")
    parser.add_argument("--nudge", action="store_true", help="compute with weights and inputs whose last bits are other ones")
    parser.add_argument("--data", type=pathlib.Path, help="train on these arrays too: x0, x1, ..., y0, y1, ... in an .npz file")
    arguments = parser.parse_args()
    told = {}
    for part in (part for text in arguments.value for part in split(text)):
        name, value = part.split("=", 1)
        told[name.strip()] = array_of(value) if re.fullmatch(r"\w+\[[\d,]*\]", value) else ast.literal_eval(value)
    # A second run is to start with the same weights.
    keras.utils.set_random_seed(0)
    absent = Absent(str(arguments.example))
    sys.meta_path.append(absent)
    keep = stand_in()
    scope = run(arguments.example, told)
    # Keras itself is not to find packages that are not there.
    sys.meta_path.remove(absent)
    for name in [name for name, module in sys.modules.items() if getattr(module, "__loader__", None) is absent]:
        del sys.modules[name]
    models = [value for value in scope.values() if isinstance(value, keras.Model)]
    if not (used or models):
        sys.exit(f"no model ({problems[-1] if problems else 'no problem'})")
    chosen = (used or models)[-1]
    if arguments.model:
        first, *attributes = arguments.model.split(".")
        chosen = functools.reduce(getattr, attributes, scope[first])
    given = [array_of(text) for text in split(arguments.input_shape) if text]
    if given:
        given = [random_array((BATCH, *array.shape[1:]), str(array.dtype)) for array in given]
    # A model without inputs takes what it is fitted on.
    on = getattr(chosen, "fitted_on", None)
    if not given and not getattr(chosen, "inputs", None) and isinstance(on, np.ndarray):
        given = [random_array((BATCH, *on.shape[1:]), "int32" if on.dtype.kind in "iu" else "float32")]
    if not chosen.built or not getattr(chosen, "inputs", None):
        chosen(given[0] if len(given) == 1 else given)
    inputs = given
    if not inputs:
        sizes = [(tensor.shape[0] or BATCH, *tensor.shape[1:]) for tensor in chosen.inputs]
        inputs = [random_array(shape, str(tensor.dtype)) for shape, tensor in zip(sizes, chosen.inputs)]
    rng = np.random.default_rng(1)
    for variable in chosen.variables:
        if str(variable.dtype).startswith("float") and "seed" not in variable.path:
            moved = rng.standard_normal(variable.shape)
            variable.assign(variable + 0.02 * (np.abs(moved) if "variance" in variable.path else moved))
    # Normalization computes with copies of its statistics.
    for layer in chosen._flatten_layers():
        getattr(layer, "finalize_state", lambda: None)()
    # With the states of random generators, which the file of weights does not hold.
    start = {variable.path: np.asarray(variable).copy() for variable in chosen.variables}
    keep["save_weights"](chosen, arguments.folder / "reference.weights.h5")
    np.savez(arguments.folder / "reference.npz", **start)
    if arguments.nudge:
        inputs = [nudged(array) for array in inputs]
        for variable in chosen.variables:
            if str(variable.dtype).startswith("float"):
                variable.assign(nudged(variable))
    begin = [np.asarray(variable).copy() for variable in chosen.variables]
    outputs = keep["predict"](chosen, inputs[0] if len(inputs) == 1 else inputs, batch_size=len(inputs[0]), verbose=0)
    if arguments.data:
        # Predicting may have drawn random numbers.
        for variable, value in zip(chosen.variables, begin):
            variable.assign(value)
        (arguments.folder / "history.json").write_text(json.dumps(train(keep, chosen, np.load(arguments.data))))
    names = [tensor.name for tensor in chosen.inputs] if getattr(chosen, "inputs", None) else []
    np.savez(arguments.folder / "inputs.npz", **{str(i): array for i, array in enumerate(inputs)})
    leaves = keras.tree.flatten(outputs)
    np.savez(arguments.folder / "outputs.npz", **{str(i): np.asarray(array) for i, array in enumerate(leaves)})
    (arguments.folder / "about.json").write_text(json.dumps({"model": chosen.name, "inputs": names, "outputs": list(getattr(chosen, "output_names", None) or []), "batch": len(inputs[0])}))


if __name__ == "__main__":
    main()
