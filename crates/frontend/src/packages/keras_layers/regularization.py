# Layers that hide steps or make what passes through them noisy.


class Masking(keras.layers.Layer):
    """Hides the steps whose features all equal `mask_value`."""

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True

    def get_config(self):
        return {**super().get_config(), "mask_value": self.mask_value}

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        return ops.where(ops.expand_dims(self.compute_mask(inputs), -1), inputs, 0)


class _Noise(keras.layers.Layer):
    """What the layers share: a rate in [0, 1], and draws in training alone."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"`rate` must be in [0, 1], found {rate}")
        self.rate, self.seed = rate, seed
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        return self._noisy(inputs) if training and self.rate > 0 else inputs


class GaussianDropout(_Noise):
    """Multiplies by normal numbers of mean 1 and variance rate / (1 - rate), in training."""

    def _noisy(self, inputs):
        deviation = math.sqrt(self.rate / (1.0 - self.rate))
        shape = ops.shape(inputs)
        return inputs * keras.random.normal(shape, mean=1.0, stddev=deviation, dtype=self.compute_dtype, seed=self.seed_generator)


class AlphaDropout(_Noise):
    """Sets values to the limit of selu at -inf and keeps mean and variance, in training (Klambauer et al., 2017)."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = noise_shape

    def _noisy(self, inputs):
        limit = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
        shape = ops.shape(inputs)
        if self.noise_shape is not None:
            shape = tuple(size if given is None else given for size, given in zip(shape, self.noise_shape))
        kept = ops.cast(keras.random.uniform(shape, seed=self.seed_generator) >= self.rate, inputs.dtype)
        scale = ((1 - self.rate) * (1 + self.rate * limit**2)) ** -0.5
        return scale * (inputs * kept + limit * (1 - kept)) - scale * limit * self.rate
