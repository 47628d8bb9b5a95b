# Optimizers and schedules as dicts, and by name.
import keras
from keras import optimizers
from keras.optimizers import schedules


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



for name in [
    "SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Adafactor", "Nadam", "Ftrl", "Lion", "Lamb", "Muon",
]:
    optimizer = getattr(optimizers, name)(learning_rate=0.01, clipnorm=1.0)
    entry = optimizers.serialize(optimizer)
    print(name, ordered(entry))
    if name == "Lamb":
        # Keras's own table of names lacks it.
        continue
    again = optimizers.deserialize(entry)
    print(type(again).__name__, again.get_config() == optimizer.get_config())
    print(type(optimizers.get(name.lower())).__name__, type(optimizers.get(name)).__name__)

for schedule in [
    schedules.ExponentialDecay(0.1, 10, 0.9),
    schedules.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    schedules.PolynomialDecay(0.1, 10, power=2.0),
    schedules.CosineDecay(0.1, 10, warmup_target=0.5, warmup_steps=3),
    schedules.CosineDecayRestarts(0.1, 10),
    schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.2, 0.3]),
]:
    entry = schedules.serialize(schedule)
    print(ordered(entry))
    print(schedules.deserialize(entry).get_config() == schedule.get_config())

moving = optimizers.SGD(schedules.ExponentialDecay(0.1, 10, 0.9), momentum=0.9, nesterov=True)
print(ordered(moving.get_config()))
again = optimizers.SGD.from_config(moving.get_config())
print(again.get_config() == moving.get_config(), type(optimizers.get({"class_name": "adam", "config": {"learning_rate": 0.5}})).__name__)
print(optimizers.get(None), optimizers.get(moving) is moving)
