"""The `# golden:` comment lines of a case file: how a case is to be fed and compared.

A directive line holds blank-separated `key=value` words (quote a value that holds blanks); a case may have several
lines. Python does not see them, so a case file stays an ordinary Keras file.
"""

import dataclasses
import pathlib
import shlex

PREFIX = "# golden:"
DEFAULT_TOLERANCE = 1e-5
STAGES = ("predict", "gradients", "train", "curve", "evaluate", "fit", "checkpoint", "init")


@dataclasses.dataclass
class Directives:
    """One case's settings; the defaults hold where the file says nothing."""

    rows: int = 0
    """Rows of data; 0 = 3 for a model that is not compiled, `batch * steps` for one that is."""
    predict_rows: int = 0
    """Rows of the `predict` stage; 0 = all."""
    batch: int = 4
    """Rows per training step."""
    steps: int = 5
    """Training steps of the `train` stage."""
    epochs: int = 2
    """Epochs of the `fit` stage."""
    fit_rows: int = 10
    """Rows used by `evaluate` and `fit`; not a multiple of `batch`, so that the last batch is partial."""
    validation_split: float = 0.0
    """`validation_split` of the `fit` stage."""
    stages: tuple = ()
    """Stages to store; empty = what suits the model (see `generate.py`)."""
    weights: str = "stored"
    """`stored`: formula values, kept in the file; `formula`: the same, not kept; `initial`: as Keras initialised them."""
    checkpoints: tuple = ("h5", "safetensors", "npz")
    """Formats of the `checkpoint` stage."""
    checkpoint_optimizer: bool = True
    """Whether the h5 checkpoint of a compiled model holds its optimizer's variables."""
    sample_weight: bool = False
    """Whether training and evaluation use stored sample weights."""
    tolerance: float = DEFAULT_TOLERANCE
    """Largest allowed error relative to the largest magnitude of the expected array; 0 = bit for bit."""
    curve_tolerance: float = 1e-4
    """The same for the logs of the `curve` stage, whose many steps amplify rounding."""
    reason: str = ""
    """Why the tolerance is not the default."""
    float_inputs: str = "normal"
    """Value kind of float inputs that have no directive of their own."""
    inputs: dict = dataclasses.field(default_factory=dict)
    """Value kind of each input by index (`x0=int(10)`)."""
    targets: dict = dataclasses.field(default_factory=dict)
    """Value kind of each target by index (`target0=class(5)`)."""


def parse(path: pathlib.Path, extra: str = "") -> Directives:
    """The directives of the case file at `path` and those in `extra`; an unknown key is an error."""
    found = Directives()
    fields = {field.name: field for field in dataclasses.fields(Directives)}
    lines = [line[len(PREFIX):] for line in path.read_text().splitlines() if line.startswith(PREFIX)]
    for line in [*lines, extra]:
        for word in shlex.split(line):
            key, _, value = word.partition("=")
            if key.startswith("x") and key[1:].isdigit():
                found.inputs[int(key[1:])] = value
            elif key.startswith("target") and key[6:].isdigit():
                found.targets[int(key[6:])] = value
            elif key in fields and key not in ("inputs", "targets"):
                setattr(found, key, _convert(key, getattr(found, key), value))
            else:
                raise ValueError(f"{path}: unknown directive {word!r}")
    unknown = set(found.stages) - set(STAGES)
    if unknown:
        raise ValueError(f"{path}: unknown stages {sorted(unknown)}")
    if found.tolerance != DEFAULT_TOLERANCE and not found.reason:
        raise ValueError(f"{path}: a tolerance other than the default needs a reason")
    return found


def _convert(key, default, value):
    if isinstance(default, bool):
        return value in ("", "true")
    if isinstance(default, tuple):
        return tuple(value.split(","))
    return type(default)(value)
