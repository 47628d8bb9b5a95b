# Metrics as dicts, and by name.
import keras
from keras import metrics


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



numbers = {"num_classes": 3}
chosen = {"num_classes": 3, "target_class_ids": [0, 2]}
arguments = {
    "IoU": chosen, "OneHotIoU": chosen, "MeanIoU": numbers, "OneHotMeanIoU": numbers, "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.25}, "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.75}, "AUC": {"curve": "PR", "num_thresholds": 20},
    "FBetaScore": {"beta": 2.0, "average": "micro"}, "TopKCategoricalAccuracy": {"k": 3},
}
for name in [
    "Accuracy", "AUC", "BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "CategoricalAccuracy", "CategoricalCrossentropy",
    "CategoricalHinge", "ConcordanceCorrelation", "CosineSimilarity", "F1Score", "FBetaScore", "FalseNegatives",
    "FalsePositives", "Hinge", "IoU", "KLDivergence", "LogCoshError", "Mean", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanIoU", "MeanSquaredError", "MeanSquaredLogarithmicError", "OneHotIoU",
    "OneHotMeanIoU", "PearsonCorrelation", "Poisson", "Precision", "PrecisionAtRecall", "R2Score", "Recall",
    "RecallAtPrecision", "RootMeanSquaredError", "SensitivityAtSpecificity", "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity", "SquaredHinge", "Sum",
    "TopKCategoricalAccuracy", "TrueNegatives", "TruePositives",
]:
    metric = getattr(metrics, name)(name="m", **arguments.get(name, {}))
    entry = metrics.serialize(metric)
    print(name, ordered(entry))
    again = metrics.deserialize(entry)
    print(type(again).__name__, again.get_config() == metric.get_config(), again.name)

for name in ["mse", "MAE", "mape", "msle", "bce", "binary_accuracy", "AUC", "auc", "mean_io_u", "r2_score"]:
    if name == "mean_io_u":
        continue
    print(name, type(metrics.get(name)).__name__)
print(metrics.get(None), type(metrics.get(metrics.Precision)).__name__)
print(ordered(metrics.get({"class_name": "Recall", "config": {"thresholds": 0.25, "name": "r"}}).get_config()))
print(metrics.serialize(metrics.MeanMetricWrapper(keras.losses.mean_squared_error, name="w"))["config"]["fn"])
