# keras.layers: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(layer):
    """A layer as a dict of its class and configuration."""
    return _saving.serialize(layer)


def deserialize(config, custom_objects=None):
    """The layer of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.layers", config, custom_objects)
