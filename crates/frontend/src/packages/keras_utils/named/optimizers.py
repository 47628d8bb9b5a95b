# keras.optimizers: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(optimizer):
    """An optimizer as a dict of its class and configuration."""
    return _saving.serialize(optimizer)


def deserialize(config, custom_objects=None):
    """The optimizer of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.optimizers", config, custom_objects)


def get(identifier):
    """The optimizer of a name or dict; objects are returned as they are."""
    return _saving.get_in("keras.optimizers", identifier, "optimizer")
