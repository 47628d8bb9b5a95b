# What keras.saving and keras.utils have for objects of the program.
import keras.__saving__ as _saving

CustomObjectScope = _saving.CustomObjectScope
custom_object_scope = _saving.CustomObjectScope


def register_keras_serializable(package="Custom", name=None):
    """A decorator that gives a class or function a name under which it is found again."""
    return _saving.register_keras_serializable(package, name)


def get_custom_objects():
    """All registered classes and functions by name; changes count."""
    return _saving.get_custom_objects()


def get_registered_name(obj):
    """The name that a class or function is registered under, or its own."""
    return _saving.get_registered_name(obj)


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The class or function registered under a name; `None` if there is none."""
    return _saving.get_registered_object(name, custom_objects, module_objects)


def serialize_keras_object(obj):
    """An object as a dict of its class and configuration, plain values as they are."""
    return _saving.serialize_keras_object(obj)


def deserialize_keras_object(config, custom_objects=None, safe_mode=True):
    """The object that `serialize_keras_object` made a dict of."""
    return _saving.deserialize_keras_object(config, custom_objects, safe_mode)
