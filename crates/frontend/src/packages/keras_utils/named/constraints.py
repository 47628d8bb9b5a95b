# keras.constraints: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(constraint):
    """A constraint as a dict of its class and configuration."""
    return _saving.serialize(constraint)


def deserialize(config, custom_objects=None):
    """The constraint of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.constraints", config, custom_objects)
