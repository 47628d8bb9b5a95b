# keras.activations: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(activation):
    """An activation as a dict of its class and configuration."""
    return _saving.serialize_activation(activation)


def deserialize(config, custom_objects=None):
    """The activation of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.activations", config, custom_objects)
