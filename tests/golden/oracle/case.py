"""A case under real Keras: building its model, setting its state, drawing its data."""

import pathlib
import random
import runpy
import zlib

import keras
import numpy as np

from . import directives, values


class Case:
    """One case file and what the stages share: its directives, weights, seeds, inputs and targets."""

    def __init__(self, name: str, path: pathlib.Path):
        self.name = name
        self.path = path
        self.settings = directives.parse(path)
        model = self.build()
        self.compiled = model.compiled
        self.weights = [self._weight(i, v) for i, v in enumerate(model.weights)]
        self.seeds = [np.asarray(v) for v in seed_variables(model)]
        self.rows, self.inputs, self.targets, self.sample_weight = 0, [], [], None
        if "init" not in self.stages():
            self._draw_data(model)

    def _draw_data(self, model):
        source = values.Source(self.name)
        rows = self.settings.rows or (self.settings.batch * self.settings.steps if self.compiled else 3)
        self.rows = rows
        self.inputs = [self._input(source, rows, k, t) for k, t in enumerate(model.inputs)]
        self.source = source
        if self.compiled:
            self.targets = [self._target(source, rows, k, t) for k, t in enumerate(model.outputs)]
            if self.settings.sample_weight:
                self.sample_weight = source.draw("uniform(0.25,2)", (rows,), "float32")

    def build(self) -> keras.Model:
        """A fresh model from the file, in a fresh Keras session, with Python's generator seeded by the case's name."""
        keras.utils.clear_session()
        random.seed(zlib.crc32(self.name.encode()))
        return runpy.run_path(str(self.path), run_name="golden")["model"]

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

    def _weight(self, index, variable):
        if self.settings.weights == "initial" or "float" not in variable.dtype:
            return np.asarray(variable)
        return values.formula_weight(index, variable.path.rsplit("/", 1)[-1], tuple(variable.shape))

    def _input(self, source, rows, index, tensor):
        default = {"float32": self.settings.float_inputs, "bool": "bool"}.get(tensor.dtype)
        kind = self.settings.inputs.get(index, default)
        if kind is None:
            raise ValueError(f"{self.path}: input {index} is {tensor.dtype}: say x{index}=int(N)")
        return source.draw(kind, (rows, *tensor.shape[1:]), tensor.dtype)

    def _target(self, source, rows, index, tensor):
        kind = self.settings.targets.get(index, "normal")
        if kind.startswith("class"):
            return source.draw(kind.replace("class", "int"), (rows, *tensor.shape[1:-1]), "int32")
        return source.draw(kind, (rows, *tensor.shape[1:]), "float32")


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
