# Initializers, regularizers, constraints and activations as dicts, and by name.
import keras
from keras import activations, constraints, initializers, regularizers


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



for initializer in [
    initializers.Zeros(), initializers.Ones(), initializers.Constant(2.5), initializers.Identity(),
    initializers.RandomNormal(0.5, 0.25, seed=1), initializers.RandomUniform(-1.0, 1.0), initializers.TruncatedNormal(),
    initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3), initializers.GlorotUniform(), initializers.GlorotNormal(seed=2),
    initializers.HeUniform(), initializers.HeNormal(), initializers.LecunUniform(), initializers.LecunNormal(),
    initializers.Orthogonal(gain=2.0),
]:
    entry = initializers.serialize(initializer)
    print(ordered(entry))
    again = initializers.deserialize(entry)
    print(type(again).__name__, again.get_config() == initializer.get_config())
for name in ["zeros", "zero", "ones", "one", "normal", "uniform", "glorot_uniform", "HeNormal", "random_normal", "orthogonal"]:
    print(name, type(initializers.get(name)).__name__)
print(type(initializers.get({"class_name": "RandomNormal", "config": {"stddev": 0.125, "seed": 3}})).__name__)

for rule in [regularizers.L1(0.25), regularizers.L2(), regularizers.L1L2(0.125, 0.5), regularizers.OrthogonalRegularizer(0.5)]:
    entry = regularizers.serialize(rule)
    print(ordered(entry), type(regularizers.deserialize(entry)).__name__)
for name in ["l1", "l2", "L1", "L1L2", "l1_l2", "orthogonal_regularizer"]:
    if name != "l1_l2":
        print(name, type(regularizers.get(name)).__name__)
for rule in [constraints.MaxNorm(3), constraints.MinMaxNorm(0.5, 2.0), constraints.NonNeg(), constraints.UnitNorm(1)]:
    entry = constraints.serialize(rule)
    print(ordered(entry), type(constraints.deserialize(entry)).__name__)
for name in ["max_norm", "non_neg", "UnitNorm", "min_max_norm"]:
    print(name, type(constraints.get(name)).__name__)
print(regularizers.get(None), constraints.get(None), initializers.get(None), activations.get(None).__name__)

for name in ["relu", "gelu", "softmax", "linear", "tanh", "silu", "hard_silu", "sigmoid", "softplus", "elu"]:
    function = activations.get(name)
    print(name, activations.serialize(function), activations.deserialize(name).__name__)


def squash(x):
    return x / (1 + keras.ops.abs(x))


print(activations.serialize(squash))
print(activations.get(squash).__name__)
print(activations.deserialize("squash", custom_objects={"squash": squash}).__name__)
