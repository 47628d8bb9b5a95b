# Objects of Keras as dicts of plain values, and the way back. `model` holds a model itself: its graph is not written out.
import keras
import numpy as np
from __keramos__ import closest, is_function, is_numpy_array, keras_member, keras_module, keras_names, snake_case

_objects, _names, _scopes = {}, {}, []


def get_custom_objects():
    return _objects


def register_keras_serializable(package="Custom", name=None):
    def register(obj):
        registered = f"{package}>{name or obj.__name__}"
        _objects[registered] = obj
        _names[id(obj)] = registered
        return obj

    return register


def get_registered_name(obj):
    return _names.get(id(obj), obj.__name__)


def get_registered_object(name, custom_objects=None, module_objects=None):
    for known in (*reversed(_scopes), _objects, custom_objects or {}, module_objects or {}):
        if name in known:
            return known[name]
    return None


class CustomObjectScope:
    def __init__(self, custom_objects):
        self.custom_objects = custom_objects or {}

    def __enter__(self):
        _scopes.append(self.custom_objects)
        return self

    def __exit__(self, *exception):
        _scopes.pop()


def _plain_function(obj):
    return is_function(obj) or type(obj).__name__ == "function"


def serialize_keras_object(obj):
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        parts = [serialize_keras_object(part) for part in obj]
        return tuple(parts) if isinstance(obj, tuple) else parts
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, slice):
        parts = {name: serialize_keras_object(getattr(obj, name)) for name in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if is_numpy_array(obj):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": str(obj.dtype)}}
    if keras.ops.is_tensor(obj):
        return {"class_name": "__tensor__", "config": {"value": obj.tolist(), "dtype": keras.backend.standardize_dtype(obj.dtype)}}
    if _plain_function(obj):
        if obj.__name__ == "<lambda>":
            raise NotImplementedError("a lambda has no name to write down: write a function with `def`")
        return _entry("builtins", "function", get_registered_name(obj), "function")
    if hasattr(obj, "get_config"):
        config = obj.get_config()
        if not isinstance(config, dict):
            raise TypeError(f"get_config() must give a dict, found {config}")
        return _of_class(type(obj), serialize_keras_object(_without_model(config)), config.get("model"))
    if hasattr(obj, "__name__"):
        return _of_class(type(obj), get_registered_name(obj), None)
    raise TypeError(f"{obj} cannot be serialized: its class must define get_config()")


def _without_model(config):
    return {key: value for key, value in config.items() if key != "model"}


def _of_class(cls, config, model):
    if model is not None:
        config = {**config, "model": model}
    module = keras_module(cls)
    if module is not None:
        return _entry(module, cls.__name__, config, None)
    return _entry(None, cls.__name__, config, get_registered_name(cls))


def _entry(module, class_name, config, registered_name):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered_name}


def serialize(obj):
    return serialize_keras_object(obj)


def serialize_activation(activation):
    entry = serialize_keras_object(activation)
    if _plain_function(activation) and keras_member("keras.activations", entry["config"]) is not None:
        return entry["config"]
    return entry


def deserialize_keras_object(config, custom_objects=None, safe_mode=True):
    return _made(config, custom_objects or {}, None)


def _made(config, custom, module):
    if config is None:
        return None
    if isinstance(config, str) and get_registered_object(config, custom) is not None:
        return get_registered_object(config, custom)
    if isinstance(config, (list, tuple)):
        return [_made(part, custom, None) for part in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: _made(value, custom, None) for key, value in config.items()}
    class_name, inner = config["class_name"], config["config"]
    inner = {} if inner is None else inner
    if class_name == "__numpy__":
        return np.array(inner["value"], dtype=inner["dtype"])
    if class_name == "__tensor__":
        return keras.ops.convert_to_tensor(inner["value"], dtype=inner["dtype"])
    if class_name == "__slice__":
        return slice(*[_made(inner[name], custom, None) for name in ("start", "stop", "step")])
    if class_name == "__ellipsis__":
        return Ellipsis
    if class_name == "function":
        return _found(config, inner, custom, module, ("keras.activations", "keras.losses", "keras.metrics"))
    if isinstance(inner, dict) and inner.get("model") is not None:
        return keras.Model.from_config(inner)
    cls = _found(config, class_name, custom, module, _CLASSES)
    if _plain_function(cls):
        return cls
    if not hasattr(cls, "from_config"):
        raise TypeError(f"`{class_name}` cannot be made again: its class has no from_config()")
    with CustomObjectScope(custom):
        return cls.from_config(inner)


_CLASSES = (
    "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints", "keras.losses", "keras.metrics",
    "keras.optimizers", "keras.optimizers.schedules", "keras",
)


def _found(config, name, custom, module, others):
    """What a configuration is of: registered under a name, or a name of one of Keras's modules."""
    for known in (config.get("registered_name"), name):
        found = get_registered_object(known, custom) if known is not None else None
        if found is not None:
            return found
    told = config.get("module")
    for place in (told, module, *others) if told not in (None, "builtins") else (module, *others):
        found = None if place is None else keras_member(place, name)
        if found is not None:
            return found
    near = closest(name, [known for place in others for known in keras_names(place)])
    raise TypeError(f"there is no class or function `{name}`" + (near or ": register it with @keras.saving.register_keras_serializable()"))


_ALIASES = {
    "keras.losses": {
        "bce": "binary_crossentropy", "kld": "kl_divergence", "mae": "mean_absolute_error", "mse": "mean_squared_error",
        "mape": "mean_absolute_percentage_error", "msle": "mean_squared_logarithmic_error",
    },
    "keras.metrics": {
        "bce": "BinaryCrossentropy", "mae": "MeanAbsoluteError", "mse": "MeanSquaredError",
        "mape": "MeanAbsolutePercentageError", "msle": "MeanSquaredLogarithmicError",
    },
    "keras.initializers": {"normal": "RandomNormal", "one": "Ones", "uniform": "RandomUniform", "zero": "Zeros"},
}


def _named(module, name):
    """The class or function that a name stands for in one of Keras's modules: of losses functions, too."""
    custom = get_registered_object(name)
    if custom is not None:
        return custom
    if name in (name.lower(), name.upper()):
        name = _ALIASES.get(module, {}).get(name.lower(), name)
    names = keras_names(module)
    if name in names and (module in ("keras.losses", "keras.activations") or not _plain_function(keras_member(module, name))):
        return keras_member(module, name)
    for known in names:
        is_lower = module == "keras.optimizers" and known.lower() == name.lower()
        if known[:1].isupper() and (is_lower or module != "keras.losses" and snake_case(known) == name):
            return keras_member(module, known)
    return None


def deserialize_in(module, config, custom_objects):
    if isinstance(config, str):
        found = get_registered_object(config, custom_objects)
        return found if found is not None else _named(module, config)
    if isinstance(config, dict) and "class_name" not in config:
        raise ValueError(f"a dict with `class_name` and `config` is needed, as serialize() gives it; found {config}")
    if isinstance(config, dict) and isinstance(config.get("class_name"), str) and "module" not in config:
        found = _named(module, config["class_name"])
        if found is not None and not _plain_function(found):
            config = {**config, "class_name": found.__name__, "config": config.get("config") or {}}
    return _made(config, custom_objects or {}, module)


def get_in(module, identifier, what):
    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, dict):
        found = deserialize_in(module, identifier, None)
    elif isinstance(identifier, str):
        found = _named(module, identifier)
    is_named = isinstance(identifier, (str, dict))
    if module == "keras.optimizers":
        found = found() if is_named and isinstance(found, type) else found
        if isinstance(found, keras.optimizers.Optimizer):
            return found
    elif callable(found):
        return found() if isinstance(found, type) else found
    names = keras_names(module)
    near = closest(identifier, [*names, *map(snake_case, names)]) if isinstance(identifier, str) else ""
    raise ValueError(f"there is no {what} {identifier!r}{near}")
