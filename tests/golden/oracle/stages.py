"""What is stored of a case: each stage returns named arrays (the key table is in README.md) and what `meta` must say."""

import jax
import keras
import numpy as np

from .case import Case, describe, seed_variables


def numbered(prefix: str, arrays) -> dict:
    """`arrays` as `prefix/0`, `prefix/1`, …"""
    return {f"{prefix}/{i}": _storable(a) for i, a in enumerate(arrays)}


def _storable(array) -> np.ndarray:
    """The array in a type that npy files have: `bfloat16` and `float16` as `float32`, which holds all their values."""
    array = np.asarray(array)
    return array.astype(np.float32) if str(array.dtype) in ("bfloat16", "float16") else array


def start(case: Case) -> tuple[dict, dict]:
    """The state and data that every stage starts from."""
    model = case.restored()
    arrays = {} if case.settings.weights == "formula" else numbered("weights", case.weights)
    arrays |= numbered("seeds", case.seeds)
    data = numbered("x", case.inputs) | numbered("target", case.targets)
    arrays |= {key: array for key, array in data.items() if key not in case.sources}
    if case.sample_weight is not None:
        arrays["sample_weight"] = case.sample_weight
    meta = {
        "weights": [describe(v) for v in model.weights],
        "seeds": [v.path for v in seed_variables(model)],
        "inputs": [{"name": t.name, "shape": list(t.shape), "dtype": t.dtype} for t in case.signature[0]],
        "outputs": [{"name": t.name, "shape": list(t.shape), "dtype": t.dtype} for t in case.signature[1]],
        "sources": case.sources,
    }
    return arrays, meta


def init(case: Case) -> tuple[dict, dict]:
    """The variables as Keras initialised them, and nothing else."""
    model = case.build()
    arrays = numbered("weights", model.weights) | numbered("seeds", seed_variables(model))
    return arrays, {"weights": [describe(v) for v in model.weights], "seeds": [v.path for v in seed_variables(model)]}


def predict(case: Case) -> tuple[dict, dict]:
    """Outputs of the first `predict_rows` rows in one batch, `training=False`."""
    inputs = [x[: case.settings.predict_rows or case.rows] for x in case.inputs]
    return numbered("y", _call(case, inputs, training=False)[0]), {}


def gradients(case: Case) -> tuple[dict, dict]:
    """Outputs and new state with `training=True`, and the gradients of sum(output * cotangent)."""
    model = case.restored()
    trainable = [v.value for v in model.trainable_variables]
    fixed = [None if _is_float(x) else x for x in case.inputs]
    floats = [x for x in case.inputs if _is_float(x)]

    def run(trainable, floats):
        rest = iter(floats)
        inputs = [next(rest) if x is None else x for x in fixed]
        outputs, state = _stateless(case, model, trainable, inputs, training=True)
        return [y for y in outputs if jax.numpy.issubdtype(y.dtype, jax.numpy.floating)], (outputs, state)

    def pulled(trainable, floats, cotangents):
        _, pull, (outputs, state) = jax.vjp(run, trainable, floats, has_aux=True)
        return outputs, state, pull(cotangents)

    shapes = jax.eval_shape(run, trainable, floats)[0]
    cotangents = [case.source.draw("normal", s.shape, "float32") for s in shapes]
    pulled_from = [c.astype(s.dtype) for c, s in zip(cotangents, shapes, strict=True)]
    outputs, state, (by_weight, by_input) = jax.jit(pulled)(trainable, floats, pulled_from)
    after = dict(zip([v.path for v in model.non_trainable_variables], state, strict=True))
    seeds = [after.pop(v.path) for v in seed_variables(model)]
    return (
        numbered("y_train", outputs)
        | numbered("cotangent", cotangents)
        | numbered("grad_weights", by_weight)
        | numbered("grad_inputs", by_input)
        | numbered("after_weights", after.values())
        | numbered("after_seeds", seeds)
    ), {"after_weights": list(after)}


def train(case: Case) -> tuple[dict, dict]:
    """`steps` calls of `train_on_batch` over consecutive rows; logs are the running values that `fit` shows.

    `train_on_batch` itself resets the metrics before each step; here they run on, as within an epoch of `fit`.
    """
    model, arrays = _train(case)
    arrays |= numbered("train/weights", model.weights)
    arrays |= numbered("train/seeds", seed_variables(model))
    arrays |= numbered("train/optimizer", model.optimizer.variables)
    arrays |= numbered("train/metrics", model.metrics_variables)
    return arrays, {
        "logs": list(model.get_metrics_result()),
        "optimizer": [describe(v) for v in model.optimizer.variables],
        "metrics": [describe(v) for v in model.metrics_variables],
    }


def curve(case: Case) -> tuple[dict, dict]:
    """The logs of `train` alone, for models whose weights are too many to store."""
    model, arrays = _train(case)
    return arrays, {"logs": list(model.get_metrics_result())}


def _train(case: Case) -> tuple[keras.Model, dict]:
    """The model after its steps, and the logs of each step."""
    model, size = case.restored(), case.settings.batch
    model.reset_metrics()  # a script may have evaluated
    model.reset_metrics = lambda: None
    logs = []
    for step in range(case.settings.steps):
        rows = slice(step * size, (step + 1) * size)
        logs.append(model.train_on_batch(*_rows(case, rows), return_dict=True))
    return model, {f"train/logs/{name}": np.array([log[name] for log in logs], np.float32) for name in logs[0]}


def checkpoint(case: Case) -> tuple[dict, dict]:
    """Nothing in the data file: `generate.py` saves the starting weights beside it (see `store.write_checkpoints`)."""
    return {}, {}


def evaluate(case: Case) -> tuple[dict, dict]:
    """`evaluate` of the first `fit_rows` rows with the starting weights; the last batch is partial."""
    model = case.restored()
    x, y, weight = _rows(case, slice(0, case.settings.fit_rows))
    logs = model.evaluate(
        x, y, sample_weight=weight, batch_size=case.settings.batch, verbose=0, return_dict=True
    )
    return {f"evaluate/{name}": np.float32(value) for name, value in logs.items()}, {"logs": list(model.get_metrics_result())}


def fit(case: Case) -> tuple[dict, dict]:
    """`fit` of the first `fit_rows` rows, unshuffled; history and the weights at the end."""
    model = case.restored()
    x, y, weight = _rows(case, slice(0, case.settings.fit_rows))
    history = model.fit(
        x,
        y,
        sample_weight=weight,
        batch_size=case.settings.batch,
        epochs=case.settings.epochs,
        validation_split=case.settings.validation_split,
        shuffle=False,
        verbose=0,
    ).history
    arrays = {f"fit/history/{name}": np.array(value, np.float32) for name, value in history.items()}
    meta = {"history": list(history)}
    if type(model).train_step is not keras.Model.train_step and model._compile_metrics:
        # A step of the program gives the metrics of `compile` as one log.
        meta["compile_metrics"] = [metric.name for metric in model._compile_metrics.metrics]
    return arrays | numbered("fit/weights", model.weights), meta


def _is_float(array) -> bool:
    return np.issubdtype(np.dtype(array.dtype), np.floating)


def _stateless(case, model, trainable, inputs, training):
    """Flat outputs and new non-trainable variables of the model's stateless call."""
    fixed = [v.value for v in model.non_trainable_variables]
    struct = case.signature[2]
    structured = inputs[0] if struct is None else keras.tree.pack_sequence_as(struct, list(inputs))
    takes_training = hasattr(model, "_functional") or "training" in model.call_signature_parameters
    keywords = {"training": training} if takes_training else {}
    outputs, state = model.stateless_call(trainable, fixed, structured, **keywords)
    return keras.tree.flatten(outputs), state


def _call(case, inputs, training):
    model = case.restored()
    run = jax.jit(lambda t, i: _stateless(case, model, t, i, training))
    return run([v.value for v in model.trainable_variables], list(inputs))


def _rows(case: Case, rows: slice) -> tuple:
    """Inputs, targets and sample weights of `rows`, a lone input or target without its list."""
    def one_or_all(arrays):
        cut = [a[rows] for a in arrays]
        return cut[0] if len(cut) == 1 else cut

    weight = None if case.sample_weight is None else case.sample_weight[rows]
    return one_or_all(case.inputs), one_or_all(case.targets), weight
