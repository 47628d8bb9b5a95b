"""Writes expected.json: what real Keras 3 on JAX computes for losses and metrics on small batches.

    KERAS_BACKEND=jax python crates/frontend/tests/objectives/generate.py

A metric is updated with rows 0..4 and then rows 4..7. A loss is computed for all rows, with its gradient
with respect to the predictions.
"""

import json
import pathlib

import jax
import keras
import numpy as np

ROWS = 7
LABELS = ("binary", [ROWS, 3]), ("probability", [ROWS, 3])
CLASSES = ("onehot", [ROWS, 6]), ("distribution", [ROWS, 6])
NUMBERS = ("class", [ROWS]), ("distribution", [ROWS, 6])
SIZES = ("positive", [ROWS, 3]), ("positive", [ROWS, 3])
SIGNED = ("normal", [ROWS, 3]), ("normal", [ROWS, 3])

METRICS = [
    ("Accuracy", {}, ("class", [ROWS]), ("class", [ROWS])),
    ("BinaryAccuracy", {"threshold": 0.4}, *LABELS),
    ("CategoricalAccuracy", {}, *CLASSES),
    ("SparseCategoricalAccuracy", {}, *NUMBERS),
    ("TopKCategoricalAccuracy", {"k": 2}, ("onehot", [ROWS, 6]), ("tied", [ROWS, 6])),
    ("TopKCategoricalAccuracy", {}, ("onehot", [ROWS, 6]), ("tied", [ROWS, 6])),
    ("TopKCategoricalAccuracy", {"k": 2}, ("onehot", [ROWS, 4, 6]), ("tied", [ROWS, 4, 6])),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, ("class", [ROWS]), ("tied", [ROWS, 6])),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, ("class", [ROWS, 1]), ("tied", [ROWS, 6])),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, ("class", [ROWS]), ("ids", [ROWS, 6])),
    ("BinaryCrossentropy", {}, *LABELS),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, *CLASSES),
    ("SparseCategoricalCrossentropy", {}, *NUMBERS),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, ("class", [ROWS]), ("normal", [ROWS, 6])),
    ("KLDivergence", {}, ("distribution", [ROWS, 6]), ("distribution", [ROWS, 6])),
    ("Poisson", {}, *SIZES),
    ("MeanSquaredError", {}, *SIGNED),
    ("MeanSquaredError", {}, ("normal", [ROWS]), ("normal", [ROWS, 1])),
    ("MeanAbsoluteError", {}, *SIGNED),
    ("MeanAbsolutePercentageError", {}, *SIGNED),
    ("MeanSquaredLogarithmicError", {}, *SIZES),
    ("RootMeanSquaredError", {}, *SIGNED),
    ("CosineSimilarity", {}, *SIGNED),
    ("CosineSimilarity", {"axis": 1}, ("normal", [ROWS, 4, 2]), ("normal", [ROWS, 4, 2])),
    ("LogCoshError", {}, *SIGNED),
    ("Hinge", {}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("Hinge", {}, ("sign", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("SquaredHinge", {}, ("sign", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("CategoricalHinge", {}, *CLASSES),
    ("AUC", {}, *LABELS),
    ("AUC", {}, ("binary", [ROWS]), ("probability", [ROWS])),
    ("AUC", {"curve": "PR"}, *LABELS),
    ("AUC", {"num_thresholds": 7, "summation_method": "minoring"}, *LABELS),
    ("AUC", {"num_thresholds": 7, "summation_method": "majoring", "curve": "PR"}, *LABELS),
    ("AUC", {"num_thresholds": 5, "curve": "PR"}, ("binary", [ROWS, 3]), ("tied", [ROWS, 3])),
    ("AUC", {"num_thresholds": 5}, ("binary", [ROWS, 3]), ("tied", [ROWS, 3])),
    ("AUC", {"thresholds": [0.8, 0.1, 0.3]}, *LABELS),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, ("binary", [ROWS, 3]), ("tied", [ROWS, 3])),
    ("AUC", {"from_logits": True, "num_thresholds": 20}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("AUC", {"multi_label": True, "num_thresholds": 9}, *LABELS),
    ("AUC", {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0, 0.5], "curve": "PR"}, *LABELS),
    ("AUC", {"label_weights": [1.0, 2.0, 0.5], "num_thresholds": 30}, *LABELS),
    ("Precision", {}, *LABELS),
    ("Precision", {"top_k": 2}, *CLASSES),
    ("Precision", {"top_k": 3, "class_id": 1}, *CLASSES),
    ("Precision", {"thresholds": 0.3, "class_id": 2}, *LABELS),
    ("Recall", {}, *LABELS),
    ("Recall", {"top_k": 2}, *CLASSES),
    ("Recall", {"thresholds": 0.2}, ("binary", [ROWS]), ("probability", [ROWS, 1])),
    ("TruePositives", {}, *LABELS),
    ("FalsePositives", {"thresholds": 0.25}, *LABELS),
    ("TrueNegatives", {}, *LABELS),
    ("FalseNegatives", {"thresholds": [0.7]}, *LABELS),
    ("F1Score", {"average": "macro"}, *CLASSES),
    ("F1Score", {"average": "micro", "threshold": 0.3}, *LABELS),
    ("FBetaScore", {"average": "weighted", "beta": 2.0, "threshold": 0.4}, *LABELS),
    ("FBetaScore", {"average": "weighted", "beta": 0.5}, *CLASSES),
]

LOSSES = [
    ("MeanSquaredError", {}, *SIGNED),
    ("MeanSquaredError", {"reduction": "sum"}, *SIGNED),
    ("MeanAbsoluteError", {"reduction": "mean_with_sample_weight"}, *SIGNED),
    ("MeanAbsolutePercentageError", {}, *SIGNED),
    ("MeanSquaredLogarithmicError", {}, *SIZES),
    ("CosineSimilarity", {}, *SIGNED),
    ("Huber", {"delta": 0.7}, *SIGNED),
    ("LogCosh", {}, *SIGNED),
    ("Poisson", {}, *SIZES),
    ("KLDivergence", {}, ("distribution", [ROWS, 6]), ("distribution", [ROWS, 6])),
    ("Hinge", {}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("Hinge", {}, ("sign", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("SquaredHinge", {}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("CategoricalHinge", {}, *CLASSES),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, *LABELS),
    ("BinaryCrossentropy", {"from_logits": True}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("CategoricalCrossentropy", {"from_logits": True}, ("onehot", [ROWS, 6]), ("normal", [ROWS, 6])),
    ("SparseCategoricalCrossentropy", {}, *NUMBERS),
    ("BinaryFocalCrossentropy", {}, *LABELS),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}, *LABELS),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ("binary", [ROWS, 3]), ("normal", [ROWS, 3])),
    ("CategoricalFocalCrossentropy", {}, *CLASSES),
    (
        "CategoricalFocalCrossentropy",
        {"from_logits": True, "alpha": 0.4, "gamma": 3.0, "label_smoothing": 0.1},
        ("onehot", [ROWS, 6]),
        ("normal", [ROWS, 6]),
    ),
]


def draw(random, kind, shape):
    """Values of one kind; class numbers are below the number of classes, 6."""
    if kind == "class":
        return random.integers(0, 6, shape).astype("int32")
    if kind == "ids":
        return np.argsort(random.random(shape), axis=-1).astype("float32")
    if kind == "onehot":
        return np.eye(shape[-1], dtype="float32")[random.integers(0, shape[-1], shape[:-1])]
    if kind == "binary":
        return random.integers(0, 2, shape).astype("float32")
    if kind == "sign":
        return (2 * random.integers(0, 2, shape) - 1).astype("float32")
    if kind == "tied":
        return random.integers(0, 5, shape).astype("float32") / 4
    if kind == "normal":
        return random.normal(size=shape).astype("float32")
    if kind == "positive":
        return random.uniform(0.1, 3, shape).astype("float32")
    values = random.uniform(0.02, 0.98, shape)
    if kind == "distribution":
        values /= values.sum(axis=-1, keepdims=True)
    return values.astype("float32")


def array(x):
    """An array in JSON; floats have as many digits as tell a float32 from its neighbours."""
    x = np.asarray(x)
    exact = float if x.dtype == "float32" else int
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": [exact(str(v)) for v in x.ravel()]}


def drawn(index, y_true, y_pred):
    random = np.random.default_rng(index)
    weight = random.uniform(0.25, 2, [ROWS]).astype("float32")
    return draw(random, *y_true), draw(random, *y_pred), weight


def metric(index, name, arguments, *kinds):
    y_true, y_pred, weight = drawn(index, *kinds)
    case = {"class": name, "arguments": arguments, "y_true": array(y_true), "y_pred": array(y_pred), "weight": array(weight)}
    for key, weights in (("plain", None), ("weighted", weight)):
        object = getattr(keras.metrics, name)(**arguments)
        for rows in slice(0, 4), slice(4, ROWS):
            object.update_state(y_true[rows], y_pred[rows], None if weights is None else weights[rows])
        value = np.asarray(object.result(), "float32")
        case[key] = {"result": array(value.reshape(())), "state": [array(v) for v in object.variables]}
    return case


def loss(index, name, arguments, *kinds):
    y_true, y_pred, weight = drawn(index, *kinds)
    case = {"class": name, "arguments": arguments, "y_true": array(y_true), "y_pred": array(y_pred), "weight": array(weight)}
    object = getattr(keras.losses, name)(**arguments)
    for key, weights in (("plain", None), ("weighted", weight)):
        value, gradient = jax.value_and_grad(lambda p: object(y_true, p, weights))(y_pred)
        case[key] = {"result": array(value), "gradient": array(gradient)}
    return case


def main():
    cases = {
        "metrics": [metric(i, *case) for i, case in enumerate(METRICS)],
        "losses": [loss(i, *case) for i, case in enumerate(LOSSES)],
    }
    lines = ["{"]
    for j, (kind, all) in enumerate(cases.items()):
        rows = ",\n".join("    " + json.dumps(case) for case in all)
        lines.append(f'  "{kind}": [\n{rows}\n  ]' + ("," if j == 0 else ""))
    path = pathlib.Path(__file__).with_name("expected.json")
    path.write_text("\n".join([*lines, "}", ""]))


main()
