# keras.optimizers.schedules: objects as dicts, and by name.
import keras.__saving__ as _saving


def serialize(learning_rate_schedule):
    """A schedule as a dict of its class and configuration."""
    return _saving.serialize(learning_rate_schedule)


def deserialize(config, custom_objects=None):
    """The schedule of a dict that `serialize` made, or of a name."""
    return _saving.deserialize_in("keras.optimizers.schedules", config, custom_objects)
