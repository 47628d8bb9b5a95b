# keras.regularizers: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(regularizer):
    """A regularizer as a dict of its class and configuration."""
    return _saving.serialize(regularizer)


def deserialize(config, custom_objects=None):
    """The regularizer of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.regularizers", config, custom_objects)
