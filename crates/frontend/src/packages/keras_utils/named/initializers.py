# keras.initializers: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(initializer):
    """An initializer as a dict of its class and configuration."""
    return _saving.serialize(initializer)


def deserialize(config, custom_objects=None):
    """The initializer of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.initializers", config, custom_objects)
