# What the layers of these texts build on.

import math

import keras
import numpy as np
from __keramos__ import default_seed as _default_seed
from keras import ops


class _Layer(keras.layers.Layer):
    """A layer that tells its constructor's arguments: the attributes named in `_arguments`."""

    _arguments = ()

    def get_config(self):
        return {**super().get_config(), **{name: getattr(self, name) for name in self._arguments}}


InputSpec = keras.InputSpec
