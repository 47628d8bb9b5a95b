"""Runs one program and notes what it computes."""

import functools
import runpy

import jax
import keras
import numpy as np

from . import data

OUTPUTS = 4096
"""No more numbers of an output are kept than so many rows have; at least one row."""


class Stop(Exception):
    """All that is wanted of the program has been seen."""


class Recorder:
    def __init__(self, program):
        self.program = program
        self.meta, self.arrays = {"kind": "call", "tolerance": program.tolerance, "reason": program.reason}, {}
        self.steps, self.calls = [], {}

    def fit(self, model, x=None, y=None, batch_size=32, **_):
        """Predictions for the first batch, and what `fit` shows after each of a few steps."""
        rows = self.program.steps * batch_size
        # Inputs go by the model's order, whatever they are called by.
        names = [i.name for i in model.inputs] if isinstance(x, dict) else None
        inputs = [np.asarray(a)[:rows] for a in ([x[n] for n in names] if names else x if isinstance(x, list) else [x])]
        x = dict(zip(names, inputs)) if names else inputs if isinstance(x, list) else inputs[0]
        y = None if y is None else np.asarray(y)[:rows]
        start = [np.array(v) for v in model.variables]
        seen = []
        note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(dict(logs)))
        self.real_fit(model, x, y, batch_size=batch_size, epochs=1, shuffle=False, callbacks=[note], verbose=0)
        # Predicting may draw random numbers, so that it comes last, with the state from before.
        for variable, value in zip(model.variables, start):
            variable.assign(value)
        first = jax.tree.map(lambda a: a[:batch_size], x)
        for k, out in enumerate(jax.tree.leaves(model.predict(first, batch_size=batch_size, verbose=0))):
            self.arrays[f"y/{k}"] = out[: max(1, OUTPUTS // max(1, out[0].size))]
        self.arrays |= {f"x/{k}": a for k, a in enumerate(inputs)}
        if y is not None:
            self.arrays["target/0"] = y
        self.meta |= {"kind": "fit", "batch": batch_size, "logs": list(seen[0])}
        for name in seen[0]:
            self.arrays[f"logs/{name}"] = np.array([logs[name] for logs in seen], np.float32)
        raise Stop

    def jit(self, fun=None, **options):
        """`jax.jit` that notes the calls of the functions that the program names."""
        if fun is None:
            return functools.partial(self.jit, **options)
        jitted = self.real_jit(fun, **options)
        name = getattr(fun, "__name__", "")
        if name != self.program.step and name not in self.program.calls:
            return jitted
        static = set(options.get("static_argnames", ())) if not isinstance(options.get("static_argnames"), str) else {options["static_argnames"]}
        numbers = options.get("static_argnums", ())
        numbers = {numbers} if isinstance(numbers, int) else set(numbers)

        @functools.wraps(fun)
        def noted(*args, **kwargs):
            leaves = jax.tree.leaves(([a for i, a in enumerate(args) if i not in numbers], {k: v for k, v in kwargs.items() if k not in static}))
            if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
                return jitted(*args, **kwargs)
            # Before the call, which may take the arrays away.
            arguments = [np.array(leaf) for leaf in leaves if not jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)]
            host = [leaf for leaf in leaves if isinstance(leaf, np.ndarray)]
            result = jitted(*args, **kwargs)
            if name == self.program.step:
                self.steps.append((host, {k: float(v) for k, v in self.program.logs(result).items()}))
                if len(self.steps) == self.program.steps:
                    raise Stop
            elif name not in self.calls:
                self.calls[name] = (arguments, [np.asarray(r) for r in jax.tree.leaves(result)])
            return result

        return noted

    def finish(self):
        if self.steps:
            columns = [c for k, c in enumerate(zip(*(host for host, _ in self.steps))) if k not in self.program.known]
            self.arrays |= {f"x/{k}": np.concatenate(parts) for k, parts in enumerate(columns)}
            names = list(self.steps[0][1])
            self.meta |= {"kind": "step", "batch": len(columns[0][0]), "logs": names}
            for name in names:
                shown = np.cumsum([logs[name] for _, logs in self.steps]) / np.arange(1, len(self.steps) + 1)
                self.arrays[f"logs/{name}"] = shown.astype(np.float32)
        self.meta["calls"] = list(self.calls)
        for name, (arguments, results) in self.calls.items():
            self.arrays |= {f"{name}/argument/{i}": a for i, a in enumerate(arguments)}
            self.arrays |= {f"{name}/result/{i}": a for i, a in enumerate(results)}


def record(path, program):
    """What to store of the program at `path`: a JSON document and arrays."""
    data.replace()
    recorder = Recorder(program)
    recorder.real_fit, recorder.real_jit = keras.Model.fit, jax.jit
    keras.Model.fit = lambda model, *args, **kwargs: recorder.fit(model, *args, **kwargs)
    if program.step or program.calls:
        jax.jit = recorder.jit
    try:
        runpy.run_path(str(path), run_name="__main__")
    except Stop:
        pass
    finally:
        keras.Model.fit, jax.jit = recorder.real_fit, recorder.real_jit
    recorder.finish()
    if program.calls and set(program.calls) != set(recorder.calls):
        raise SystemExit(f"{path}: only {list(recorder.calls)} of {program.calls} were called")
    return recorder.meta, recorder.arrays
