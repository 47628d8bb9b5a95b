# Layers that change the colours of images, most of them at random in training.


def _range(value_range):
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
        raise ValueError(f"`value_range` must be a pair of numbers, found {value_range}")
    return sorted(value_range)


def _unit_interval(factor, name="factor"):
    return _interval(factor, 0, 1, name)


def _between(images, source, target, dtype="float32"):
    """Values of the range `source` as those of the range `target`."""
    if source[0] == target[0] and source[1] == target[1]:
        return images
    low, high, start, end = [ops.cast(limit, dtype) for limit in (*source, *target)]
    return (ops.cast(images, dtype) - low) / (high - low) * (end - start) + start


class _Color(_Images):
    """A layer with a range of values and a random factor for each image."""

    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor, value_range, seed, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor
        self.value_range = value_range
        self._set_seed(seed)

    def _uniform(self, shape, seed, interval=None, dtype=None):
        low, high = interval or self.factor
        return keras.random.uniform(shape, minval=low, maxval=high, seed=seed, dtype=dtype)

    def _chosen(self, count, seed):
        """Which images are changed: each with a chance that is drawn from `factor`."""
        chance = self._uniform((count,), seed)
        return (keras.random.uniform((count,), minval=0.0, maxval=1.0, seed=seed) < chance)[:, None, None, None]


class _AlwaysDrawn(_Color):
    """A layer that draws without training, too, and then leaves the images as they are."""

    def _changed(self, images, training):
        drawn = self._draw(images, self.generator)
        return self._apply(images, drawn) if training else self._untrained(images)

    def _untrained(self, images):
        return images


class AutoContrast(_Images):
    """Spreads the values of each channel of each image over the whole range, also without training."""

    _arguments = ("value_range",)

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = _range(value_range)

    def _changed(self, images, training):
        return self._apply(images, None)

    def _apply(self, images, drawn):
        given, dtype = images, self.compute_dtype
        images = ops.cast(_between(images, self.value_range, (0, 255), dtype), dtype)
        low, high = ops.min(images, axis=(1, 2), keepdims=True), ops.max(images, axis=(1, 2), keepdims=True)
        scale = 255.0 / (high - low)
        results = ops.clip(images * scale + -low * scale, 0.0, 255.0)
        results = _between(results, (0, 255), self.value_range, dtype)
        return ops.where(ops.isnan(results), given, results)


class Solarization(_Images):
    """Adds a random amount and inverts what is not below a random threshold."""

    _arguments = ("addition_factor", "threshold_factor", "value_range", "seed")

    def __init__(self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(**kwargs)
        self._set_seed(seed)
        pair = lambda factor: tuple(sorted(factor)) if isinstance(factor, (tuple, list)) else (0, factor)
        self.addition_factor, self.threshold_factor = pair(addition_factor), pair(threshold_factor)
        for factor in (*self.addition_factor, *self.threshold_factor):
            if not 0 <= factor <= 1:
                raise ValueError(f"`addition_factor` and `threshold_factor` must be in [0, 1], found {factor}")
        self.value_range = _range(value_range)

    def _draw(self, images, seed):
        def drawn(interval):
            low, high = interval
            shape, dtype = (images.shape[0], 1, 1, 1), self.compute_dtype
            return keras.random.uniform(shape, minval=low, maxval=high * 255, seed=seed, dtype=dtype)

        return drawn(self.addition_factor), drawn(self.threshold_factor)

    def _apply(self, images, drawn):
        additions, thresholds = drawn
        images = ops.cast(images, self.compute_dtype)
        images = _between(images, self.value_range, (0, 255), self.compute_dtype)
        results = ops.clip(images + additions, 0, 255)
        results = ops.where(results < thresholds, results, 255 - results)
        return _between(results, (0, 255), self.value_range, self.compute_dtype)


class Equalization(_Images):
    """Spreads the values of each channel so that all are about as frequent in the batch, in training."""

    _arguments = ("value_range", "bins")

    def __init__(self, value_range=(0, 255), bins=256, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.bins = bins
        self.value_range = _range(value_range)

    def _changed(self, images, training):
        return self._apply(images, None) if training else images

    def _equalized(self, channel):
        top = self.bins - 1
        places = ops.clip(ops.cast(channel * top / 255.0, "int32"), 0, top)
        flat = ops.reshape(places, (-1,))
        histogram = ops.segment_sum(ops.ones_like(flat), flat, num_segments=self.bins)
        counts = ops.cumsum(histogram)
        least = ops.take(counts, ops.argmax(counts > 0))
        rest = counts[-1] - least
        table = (counts - least) * 255 / ops.where(rest == 0, 1, rest)
        table = ops.clip(ops.round(table), 0, 255)
        equalized = ops.take(table, ops.cast(ops.clip(channel / 255.0 * top, 0, top), "int32"))
        return ops.where(ops.count_nonzero(histogram) <= 1, channel, equalized)

    def _apply(self, images, drawn):
        images = ops.cast(images, self.compute_dtype)
        low, high = self.value_range
        scale, back = 255 / (high - low), (high - low) / 255
        channels = [
            self._equalized(channel * scale + (0 - low * scale)) * back + (low - 0 * back)
            for channel in ops.unstack(images, axis=self.channel_axis)
        ]
        return ops.cast(ops.stack(channels, axis=self.channel_axis), self.compute_dtype)


class RandomGrayscale(_AlwaysDrawn):
    """Takes the colours out of images, each with a chance of `factor`, in training."""

    _arguments = ("factor", "seed")

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        if not 0 <= factor <= 1:
            raise ValueError(f"`factor` must be between 0 and 1, found {factor}")
        super().__init__(factor, None, seed, data_format=data_format, **kwargs)

    def _draw(self, images, seed):
        return keras.random.uniform((images.shape[0],), minval=0, maxval=1, seed=seed) < self.factor

    def _apply(self, images, chosen):
        grey = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(chosen[:, None, None, None], grey, images)


class RandomColorDegeneration(_AlwaysDrawn):
    """Moves images towards their brightness alone, or away from it, by a random part of the way."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_interval(factor, -1, 1), _range(value_range), seed, data_format=data_format, **kwargs)

    def _draw(self, images, seed):
        return self._uniform((images.shape[0], 1, 1, 1), seed)

    def _apply(self, images, factor):
        images, factor = ops.cast(images, self.compute_dtype), ops.cast(factor, self.compute_dtype)
        grey = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.clip(images + factor * (grey - images), self.value_range[0], self.value_range[1])


class RandomSaturation(_AlwaysDrawn):
    """Multiplies the saturation of colours at random; a factor of 0.5 leaves it."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_interval(factor, -1, 1), _range(value_range), seed, data_format=data_format, **kwargs)

    def _draw(self, images, seed):
        factor = self._uniform((images.shape[0],), seed)
        return factor / (1 - factor + keras.backend.epsilon())

    def _apply(self, images, factor):
        factor = ops.cast(factor, self.compute_dtype)[:, None, None]
        images = ops.image.rgb_to_hsv(images, data_format=self.data_format)
        hue, saturation, value = ops.unstack(images, 3, axis=self.channel_axis)
        saturation = ops.clip(saturation * factor, self.value_range[0], self.value_range[1])
        images = ops.stack([hue, saturation, value], axis=self.channel_axis)
        return ops.image.hsv_to_rgb(images, data_format=self.data_format)


class RandomHue(_AlwaysDrawn):
    """Turns the hue of colours at random, by at most half of `factor` in either direction."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_unit_interval(factor), value_range, seed, data_format=data_format, **kwargs)

    def _draw(self, images, seed):
        side = keras.random.uniform((images.shape[0],), seed=seed)
        side = ops.where(side > 0.5, -ops.ones_like(side), ops.ones_like(side))
        return side * self._uniform((images.shape[0],), seed) * 0.5

    def _apply(self, images, factor):
        images = _between(ops.cast(images, self.compute_dtype), self.value_range, (0, 1))
        factor = ops.cast(factor, images.dtype)[:, None, None]
        images = ops.image.rgb_to_hsv(images, data_format=self.data_format)
        hue, saturation, value = ops.unstack(images, 3, axis=self.channel_axis)
        hue = hue + factor
        hue = ops.where(hue > 1.0, hue - 1.0, hue)
        hue = ops.where(hue < 0.0, hue + 1.0, hue)
        images = ops.stack([hue, saturation, value], axis=self.channel_axis)
        images = ops.clip(ops.image.hsv_to_rgb(images, data_format=self.data_format), 0, 1)
        return ops.cast(_between(images, (0, 1), self.value_range), self.compute_dtype)


class RandomPosterization(_AlwaysDrawn):
    """Keeps the highest bits of colours of 8 bits, as many as `factor` says."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_interval(factor, 1, 8), _range(value_range), seed, data_format=data_format, **kwargs)

    def _draw(self, images, seed):
        (low, high), shape = self.factor, (images.shape[0],)
        if low == high:
            return 8 - ops.ones(shape, dtype="uint8") * low
        return 8 - keras.random.randint(shape, minval=low, maxval=high, seed=seed, dtype="uint8")

    def _apply(self, images, shift):
        shift = shift[:, None, None, None]
        images = ops.cast(_between(images, self.value_range, (0, 255), self.compute_dtype), "uint8")
        images = ops.left_shift(ops.right_shift(images, shift), shift)
        return _between(ops.cast(images, self.compute_dtype), (0, 255), self.value_range, self.compute_dtype)


class RandomSharpness(_AlwaysDrawn):
    """Smooths or sharpens images; a factor of 0.5 leaves them."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_unit_interval(factor), _range(value_range), seed, data_format=data_format, **kwargs)

    def _untrained(self, images):
        return ops.cast(images, self.compute_dtype)

    def _draw(self, images, seed):
        return self._uniform((images.shape[0],), seed)

    def _apply(self, images, factor):
        images = ops.cast(images, self.compute_dtype)
        first = self.data_format == "channels_first"
        images = ops.swapaxes(images, -3, -1) if first else images
        factor = ops.reshape(ops.cast(factor * 2, self.compute_dtype), (-1, 1, 1, 1))
        a, b = 1.0 / 13.0, 5.0 / 13.0
        kernel = ops.convert_to_tensor([[a, a, a], [a, b, a], [a, a, a]], dtype=self.compute_dtype)
        kernel = ops.tile(ops.reshape(kernel, (3, 3, 1, 1)), [1, 1, images.shape[-1], 1])
        smooth = ops.depthwise_conv(images, kernel, strides=1, padding="same", data_format="channels_last")
        images = ops.clip(images + (1.0 - factor) * (smooth - images), self.value_range[0], self.value_range[1])
        return ops.swapaxes(images, -3, -1) if first else images


class RandomInvert(_Color):
    """Inverts the values of images, each with a chance drawn from `factor`, in training."""

    def __init__(self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(_unit_interval(factor), value_range, seed, data_format=data_format, **kwargs)

    def _untrained(self, images):
        return images

    def _draw(self, images, seed):
        return self._chosen(images.shape[0], seed)

    def _apply(self, images, chosen):
        images = ops.cast(images, self.compute_dtype)
        return ops.where(chosen, self.value_range[1] - images, images)


class RandomGaussianBlur(_Color):
    """Blurs images, each with a chance drawn from `factor`, by a random width, in training."""

    _arguments = ("factor", "kernel_size", "sigma", "value_range", "seed")

    def __init__(self, factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(_unit_interval(factor), value_range, seed, data_format=data_format, **kwargs)
        self.kernel_size = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
        if len(self.kernel_size) != 2 or self.kernel_size[0] % 2 == 0 or self.kernel_size[1] % 2 == 0:
            raise ValueError(f"`kernel_size` must be an odd number or two, found {kernel_size}")
        self.sigma = _unit_interval(sigma, "sigma")

    def _draw(self, images, seed):
        chosen = self._chosen(images.shape[0], seed)
        return chosen, self._uniform((2,), seed, self.sigma, self.compute_dtype) + 1e-6

    def _apply(self, images, drawn):
        chosen, sigma = drawn
        images = ops.cast(images, self.compute_dtype)
        blurred = ops.image.gaussian_blur(images, self.kernel_size, sigma, data_format=self.data_format)
        return ops.clip(ops.where(chosen, blurred, images), self.value_range[0], self.value_range[1])


class RandomColorJitter(_Images):
    """Random brightness, contrast, saturation and hue, one after the other, in training."""

    _arguments = ("value_range", "brightness_factor", "contrast_factor", "saturation_factor", "hue_factor", "seed")

    def __init__(self, value_range=(0, 255), brightness_factor=None, contrast_factor=None, saturation_factor=None,
                 hue_factor=None, seed=None, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor, self.contrast_factor = brightness_factor, contrast_factor
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        self._set_seed(seed)
        kinds = (RandomBrightness, brightness_factor), (RandomContrast, contrast_factor)
        kinds += (RandomSaturation, saturation_factor), (RandomHue, hue_factor)
        made = [kind(factor=f, value_range=value_range, seed=seed) for kind, f in kinds if f is not None]
        self._parts = made

    def _changed(self, images, training):
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        for part in self._parts:
            images = part._apply(images, part._draw(images, self.generator))
        return ops.cast(images, self.compute_dtype)
