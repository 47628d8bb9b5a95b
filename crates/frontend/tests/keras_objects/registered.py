# Objects of the program: registered names, scopes, dicts of anything.
import keras
import numpy as np
from keras import saving


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



@saving.register_keras_serializable("shop")
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.activation = keras.activations.get(activation)

    def call(self, x):
        return self.activation(x * self.factor)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "factor": self.factor, "activation": activation}


@keras.utils.register_keras_serializable(package="shop", name="halved")
def half(x):
    return x / 2


class Plain(keras.layers.Layer):
    def __init__(self, units, kernel_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def get_config(self):
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "units": self.units, "kernel_initializer": initializer}

    @classmethod
    def from_config(cls, config):
        config["kernel_initializer"] = keras.initializers.deserialize(config["kernel_initializer"])
        return cls(**config)


print(saving.get_registered_name(Scale), saving.get_registered_name(half), saving.get_registered_name(Plain))
print(saving.get_registered_object("shop>Scale") is Scale, saving.get_registered_object("shop>halved") is half)
print(saving.get_registered_object("nothing"), sorted(saving.get_custom_objects()))
print(keras.utils.get_registered_name(keras.layers.Dense), keras.utils.get_registered_object("Dense"))

entry = saving.serialize_keras_object(Scale(3.0, "relu", name="scale"))
print(ordered({key: entry[key] for key in ("class_name", "config", "registered_name")}))
again = saving.deserialize_keras_object(entry)
print(type(again) is Scale, again.factor, again.activation.__name__, again.name)

entry = saving.serialize_keras_object(Plain(4, "he_normal", name="plain"))
print(ordered({key: entry[key] for key in ("class_name", "config", "registered_name")}))
again = saving.deserialize_keras_object(entry, custom_objects={"Plain": Plain})
print(again.units, type(again.kernel_initializer).__name__)
with saving.custom_object_scope({"Plain": Plain}):
    print(saving.deserialize_keras_object(saving.serialize_keras_object(Plain(5))).units)
    print(saving.get_registered_object("Plain") is Plain)
with keras.utils.CustomObjectScope({"half": half}):
    print(keras.activations.get(keras.activations.deserialize("half")) is half)

print(saving.serialize_keras_object([1, 2.5, "a", None, True, (1, 2), {"x": [1]}]))
print(saving.serialize_keras_object(half), saving.serialize_keras_object(np.array([1.0, 2.0])))
print(saving.serialize_keras_object(slice(1, None, 2)))
print(saving.deserialize_keras_object({"a": [1, {"class_name": "L2", "config": {"l2": 0.5}, "module": "keras.regularizers", "registered_name": None}]})["a"][1].l2)
policy = keras.DTypePolicy("mixed_bfloat16")
print(ordered(keras.dtype_policies.serialize(policy)), keras.dtype_policies.deserialize(keras.dtype_policies.serialize(policy)).name)
print(keras.InputSpec(shape=(None, 3), dtype="float32"), keras.InputSpec(ndim=4, axes={-1: 3}), keras.InputSpec(min_ndim=2).get_config())
x = keras.Input((4,))
print(isinstance(x, keras.KerasTensor), isinstance(1, keras.KerasTensor), keras.backend.result_type("int32", "float32"))
