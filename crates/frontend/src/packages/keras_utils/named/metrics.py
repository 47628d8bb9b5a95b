# keras.metrics: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(metric):
    """A metric as a dict of its class and configuration."""
    return _saving.serialize(metric)


def deserialize(config, custom_objects=None):
    """The metric of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.metrics", config, custom_objects)


def get(identifier):
    """The metric of a name or dict; objects are returned as they are."""
    return _saving.get_in("keras.metrics", identifier, "metric")
