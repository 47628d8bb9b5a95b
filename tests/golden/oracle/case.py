"""A case under real Keras: building its model, setting its state, drawing its data."""

import contextlib
import io
import pathlib
import random
import runpy
import zlib
from unittest import mock

import keras
import numpy as np

from . import directives, values


class Case:
    """One case file and what the stages share: its directives, weights, seeds, inputs and targets.

    `sources` says of each input and target (`x/<k>`, `target/<k>`) that is not stored where it comes from.
    """

    def __init__(self, name: str, path: pathlib.Path, extra: str = ""):
        self.name = name
        self.path = path
        self.settings = directives.parse(path, extra)
        model = self.build()
        self.compiled = model.compiled
        self.weights = [self._weight(i, v) for i, v in enumerate(model.weights)]
        self.seeds = [np.asarray(v) for v in seed_variables(model)]
        self.rows, self.inputs, self.targets, self.sample_weight, self.sources = 0, [], [], None, {}
        if "init" not in self.stages():
            self._draw_data(model)

    def build(self) -> keras.Model:
        """A fresh model from the file, in a fresh Keras session, with Python's generator seeded by the case's name.

        A file that is a whole script runs from the repository's root; what it prints is dropped and its `fit` does nothing.
        """
        keras.utils.clear_session()
        random.seed(zlib.crc32(self.name.encode()))
        no_fit = mock.patch.object(keras.Model, "fit", lambda *args, **kwargs: None)
        with no_fit, contextlib.chdir(values.REPOSITORY), contextlib.redirect_stdout(io.StringIO()):
            names = runpy.run_path(str(self.path), run_name="golden")
        model = names["model"]
        self.signature = signature(model, names)
        return model

    def restored(self) -> keras.Model:
        """A fresh model that has the case's weights and seeds."""
        model = self.build()
        for variable, value in zip(model.weights, self.weights, strict=True):
            variable.assign(value)
        for variable, value in zip(seed_variables(model), self.seeds, strict=True):
            variable.assign(value)
        return model

    def stages(self) -> tuple:
        """The stages to store."""
        if self.settings.stages:
            return self.settings.stages
        return ("predict", "train", "evaluate") if self.compiled else ("predict", "gradients")

    def _draw_data(self, model):
        settings, source = self.settings, values.Source(self.name)
        self.rows = settings.rows or (settings.batch * settings.steps if self.compiled else 3)
        self.inputs = [self._input(source, k, t) for k, t in enumerate(self.signature[0])]
        self.source = source
        if self.compiled:
            self.targets = [self._target(source, k, t) for k, t in enumerate(self.signature[1])]
            if settings.sample_weight:
                self.sample_weight = source.draw("uniform(0.25,2)", (self.rows,), "float32")

    def _weight(self, index, variable):
        if self.settings.weights == "initial" or "float" not in variable.dtype:
            return np.asarray(variable)
        return values.formula_weight(index, variable.path.rsplit("/", 1)[-1], tuple(variable.shape))

    def _input(self, source, index, tensor):
        default = {"float32": self.settings.float_inputs, "bool": "bool"}.get(tensor.dtype)
        kind = self.settings.inputs.get(index, default)
        if kind is None:
            raise ValueError(f"{self.path}: input {index} is {tensor.dtype}: say x{index}=int(N)")
        return self._draw(source, f"x/{index}", index, kind, (self.rows, *tensor.shape[1:]), tensor.dtype)

    def _target(self, source, index, tensor):
        kind = self.settings.targets.get(index, "normal")
        shape, dtype = (self.rows, *tensor.shape[1:]), "float32"
        if kind.startswith(("class", "npz")):
            kind, shape, dtype = kind.replace("class", "int"), shape[:-1], "int32"
        return self._draw(source, f"target/{index}", index, kind, shape, dtype)

    def _draw(self, source, key, index, kind, shape, dtype):
        found = values.unstored(kind, shape, dtype, index)
        if found is None:
            return source.draw(kind, shape, dtype)
        array, self.sources[key] = found
        return array


def signature(model: keras.Model, names: dict) -> tuple:
    """The model's symbolic inputs and outputs, flat, and the inputs' structure. Of a subclassed model the file tells
    them: it ends with `inputs = keras.Input(…)` (or a list or dict of such) and `outputs = model(inputs)`."""
    if isinstance(model, keras.Sequential):
        return model.inputs, model.outputs, None
    if hasattr(model, "_inputs_struct"):
        return model.inputs, model.outputs, model._inputs_struct
    struct = names["inputs"]
    return keras.tree.flatten(struct), keras.tree.flatten(names["outputs"]), struct


def seed_variables(model: keras.Model) -> list:
    """The model's seed generator states, in the order of `model.non_trainable_variables`."""
    return [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]


def describe(variable) -> dict:
    """A variable's entry in `meta`."""
    return {
        "path": variable.path,
        "shape": list(variable.shape),
        "dtype": variable.dtype,
        "trainable": bool(variable.trainable),
    }
