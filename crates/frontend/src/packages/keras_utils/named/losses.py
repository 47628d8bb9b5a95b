# keras.losses: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(loss):
    """A loss as a dict of its class and configuration."""
    return _saving.serialize(loss)


def deserialize(name, custom_objects=None):
    """The loss of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.losses", name, custom_objects)


def get(identifier):
    """The loss of a name or dict; objects are returned as they are."""
    return _saving.get_in("keras.losses", identifier, "loss")
