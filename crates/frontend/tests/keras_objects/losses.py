# Losses as dicts, and by name.
import keras
from keras import losses


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



for name in [
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "CosineSimilarity",
    "Huber", "LogCosh", "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence", "Poisson", "BinaryCrossentropy",
    "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy",
    "Dice", "Tversky", "Circle", "CategoricalGeneralizedCrossEntropy",
]:
    loss = getattr(losses, name)()
    print(name, ordered(losses.serialize(loss)))
    if name != "CategoricalGeneralizedCrossEntropy":
        again = losses.deserialize(losses.serialize(loss))
        print(type(again).__name__, again.get_config() == loss.get_config(), type(losses.get(name)).__name__)

for name in ["mse", "MSE", "mae", "mape", "msle", "bce", "kld", "KLD", "mean_squared_error", "huber", "log_cosh", "poisson"]:
    print(name, losses.get(name).__name__, losses.serialize(losses.get(name)))
print(losses.get(None), losses.get(losses.huber).__name__, type(losses.get(losses.Huber)).__name__)
made = losses.get({"class_name": "BinaryCrossentropy", "config": {"from_logits": True, "name": "b"}})
print(ordered(made.get_config()))
print(ordered(losses.BinaryCrossentropy.from_config({"label_smoothing": 0.25, "reduction": "sum"}).get_config()))
try:
    losses.get("nothing")
except ValueError:
    print("no such loss")


class Mine(losses.Loss):
    def __init__(self, power=2, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


entry = losses.serialize(Mine(3, name="mine"))
print(entry["class_name"], entry["registered_name"], ordered(entry["config"]))
again = losses.deserialize(entry, custom_objects={"Mine": Mine})
print(again.power, again.name)
