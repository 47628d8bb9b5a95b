# Layers that cut, mix and move images at random in training, and that choose among others.


def _window_masks(layer, images, share, seed):
    """For each image a random window with the given shares of height and width: a mask, and its corners."""
    rows, columns = layer._size(images)
    dtype, count = layer.compute_dtype, images.shape[0]

    def bounds(length, share):
        size = ops.cast(share * length, dtype)
        start = keras.random.uniform([count], minval=0, maxval=1, dtype=dtype, seed=seed) * (length - size)
        return start, start + size

    across, down = share
    x0, x1 = bounds(columns, across)
    y0, y1 = bounds(rows, down)
    first = layer.data_format == "channels_first"
    y, x = ops.arange(rows, dtype=dtype), ops.arange(columns, dtype=dtype)
    y = y[None, None, :, None] if first else y[None, :, None, None]
    x = x[None, None, None, :] if first else x[None, None, :, None]
    at = lambda corner: corner[:, None, None, None]
    mask = ops.logical_and(ops.logical_and(x >= at(x0), x < at(x1)), ops.logical_and(y >= at(y0), y < at(y1)))
    return mask, (x0, x1, y0, y1)


class RandomErasing(_Color):
    """Fills a random window of each image, with a chance drawn from `factor`, in training."""

    _arguments = ("factor", "scale", "fill_value", "value_range", "seed")

    def __init__(self, factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), seed=None,
                 data_format=None, **kwargs):
        super().__init__(_unit_interval(factor), value_range, seed, data_format=data_format, **kwargs)
        self.scale, self.fill_value = _unit_interval(scale, "scale"), fill_value
        given = fill_value if isinstance(fill_value, (tuple, list)) else [fill_value]
        if fill_value is not None and (len(given) not in (1, 3) or not all(isinstance(v, (int, float)) for v in given)):
            raise ValueError(f"`fill_value` must be a number or three numbers, found {fill_value}")

    def _draw(self, images, seed):
        count, dtype = images.shape[0], self.compute_dtype
        share = ops.sqrt(self._uniform((count, 2), seed, self.scale, dtype))
        mask, _ = _window_masks(self, images, (share[:, 0], share[:, 1]), seed)
        chosen = self._chosen(count, seed)
        fill = self.fill_value
        if fill is None:
            fill = keras.random.normal(images.shape, dtype=dtype, seed=seed) * self.value_range[1]
        fill = ops.broadcast_to(ops.convert_to_tensor(fill, dtype=dtype), images.shape)
        return ops.logical_and(mask, chosen), ops.clip(fill, self.value_range[0], self.value_range[1])

    def _apply(self, images, drawn):
        mask, fill = drawn
        return ops.where(mask, fill, ops.cast(images, self.compute_dtype))


class CutMix(_Color):
    """Replaces a random window of each image by that of another one of the batch, in training."""

    _arguments = ("factor", "seed")

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(_unit_interval(factor), None, seed, data_format=data_format, **kwargs)

    def call(self, images, training=True):
        if not isinstance(images, dict) and len(images.shape) == 3:
            return ops.cast(images, self.compute_dtype)
        return super().call(images, training=training)

    def _draw(self, images, seed):
        dtype = self.compute_dtype
        alpha = self._uniform((), seed, dtype=dtype) + 1e-6
        kept = keras.random.beta((images.shape[0],), alpha, alpha, seed=seed, dtype=dtype)
        share = ops.sqrt(1.0 - kept)
        mask, _ = _window_masks(self, images, (share, share), seed)
        return mask, keras.random.shuffle(ops.arange(0, images.shape[0], dtype="int32"), seed=seed)

    def _apply(self, images, drawn):
        mask, order = drawn
        images = ops.cast(images, self.compute_dtype)
        return ops.where(mask, ops.take(images, order, axis=0), images)


class MixUp(_AlwaysDrawn):
    """Averages each image with another one of the batch, with random weights, in training."""

    _arguments = ("alpha", "seed")

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(None, None, seed, data_format=data_format, **kwargs)
        self.alpha = alpha

    def _draw(self, images, seed):
        order = keras.random.shuffle(ops.arange(0, images.shape[0], dtype="int32"), seed=seed)
        return order, keras.random.beta((images.shape[0],), self.alpha, self.alpha, seed=seed)

    def _apply(self, images, drawn):
        order, weight = drawn
        images = ops.cast(images, self.compute_dtype)
        weight = ops.cast(ops.reshape(weight, (-1, 1, 1, 1)), self.compute_dtype)
        return weight * images + (1.0 - weight) * ops.take(images, order, axis=0)


class RandomShear(_Affine):
    """Shears images at random."""

    _arguments = ("x_factor", "y_factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(self, x_factor=0.0, y_factor=0.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
                 data_format=None, seed=None, **kwargs):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)

        def interval(factor, name):
            given = factor if isinstance(factor, (tuple, list)) else (factor, factor)
            if len(given) != 2 or not all(0 <= value <= 1 for value in given):
                raise ValueError(f"`{name}` must be a number or a pair of numbers in [0, 1], found {factor}")
            return tuple(sorted(factor)) if isinstance(factor, (tuple, list)) else (-abs(factor), abs(factor))

        self.x_factor, self.y_factor = interval(x_factor, "x_factor"), interval(y_factor, "y_factor")

    def _matrix(self, seed, count, height, width):
        def drawn(low, high):
            return keras.random.uniform([count, 1], minval=low, maxval=high, seed=seed, dtype=self.compute_dtype)

        side = drawn(0, 1)
        side = ops.where(side > 0.5, -ops.ones_like(side), ops.ones_like(side))
        y = drawn(self.y_factor[0], self.y_factor[1])
        x = drawn(self.x_factor[0], self.x_factor[1])
        shear = ops.concatenate([x, y], axis=1) * side
        one, zero = ops.ones((count,)), ops.zeros((count,))
        return ops.stack([one, shear[:, 0], zero, shear[:, 1], one, zero, zero, zero], axis=1)


class RandomPerspective(_Color):
    """Moves the corners of images at random, each image with a chance drawn from `factor`, in training."""

    _arguments = ("factor", "scale", "interpolation", "fill_value", "seed")

    def __init__(self, factor=1.0, scale=1.0, interpolation="bilinear", fill_value=0.0, seed=None, data_format=None,
                 **kwargs):
        super().__init__(_unit_interval(factor), None, seed, data_format=data_format, **kwargs)
        if not 0 <= scale <= 1:
            raise ValueError(f"`scale` must be in [0, 1], found {scale}")
        if interpolation not in ("nearest", "bilinear"):
            raise NotImplementedError(f"Unknown `interpolation` {interpolation}.")
        self.scale, self.interpolation, self.fill_value = scale, interpolation, fill_value

    def _draw(self, images, seed):
        count, (height, width) = images.shape[0], self._size(images)
        chosen = self._chosen(count, seed)
        reach = (-0.5 * self.scale, 0.5 * self.scale)
        moved = self._uniform((count, 4, 2), seed, reach, self.compute_dtype)
        corners = [[0.0, 0.0], [width - 1, 0.0], [0.0, height - 1], [width - 1, height - 1]]
        start = ops.repeat(ops.convert_to_tensor([corners], dtype=self.compute_dtype), count, axis=0)
        return chosen, start, start + start * moved

    def _apply(self, images, drawn):
        chosen, start, end = drawn
        images = ops.cast(images, self.compute_dtype)
        moved = ops.image.perspective_transform(
            images, start, end, interpolation=self.interpolation, fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return ops.where(chosen, moved, images)


class RandAugment(_Color):
    """Applies `num_ops` of eleven kinds of changes, chosen at random for the whole batch, in training."""

    _arguments = ("value_range", "num_ops", "factor", "interpolation", "seed")

    def __init__(self, value_range=(0, 255), num_ops=2, factor=0.5, interpolation="bilinear", seed=None,
                 data_format=None, **kwargs):
        super().__init__(_unit_interval(factor), value_range, seed, data_format=data_format, **kwargs)
        self.num_ops, self.interpolation = num_ops, interpolation
        factor = self.factor
        common = {"data_format": data_format, **kwargs}
        moved = {"interpolation": interpolation, "seed": seed, **common}
        coloured = {"value_range": value_range, "seed": seed, **common}
        self.random_shear = RandomShear(x_factor=factor, y_factor=factor, **moved)
        self.random_translation = RandomTranslation(height_factor=factor, width_factor=factor, **moved)
        self.random_rotation = RandomRotation(factor=factor, **moved)
        self.random_brightness = RandomBrightness(factor=factor, **coloured)
        self.random_color_degeneration = RandomColorDegeneration(factor=factor, **coloured)
        self.random_contrast = RandomContrast(factor=factor, **coloured)
        self.random_sharpness = RandomSharpness(factor=factor, **coloured)
        self.solarization = Solarization(addition_factor=factor, threshold_factor=factor, **coloured)
        self.random_posterization = RandomPosterization(factor=max(1, int(8 * factor[1])), **coloured)
        self.auto_contrast = AutoContrast(value_range=value_range, **common)
        self.equalization = Equalization(value_range=value_range, **common)

    def _parts(self):
        first = [self.random_shear, self.random_translation, self.random_rotation, self.random_brightness]
        colours = [self.random_color_degeneration, self.random_contrast, self.random_sharpness]
        return first + colours + [self.random_posterization, self.solarization, self.auto_contrast, self.equalization]

    def _draw(self, images, seed):
        parts = self._parts()
        chosen = keras.random.randint((self.num_ops,), 0, len(parts), seed=seed)
        return chosen, [part._draw(images, seed) for part in parts]

    def _apply(self, images, drawn):
        chosen, each = drawn
        images = ops.cast(images, self.compute_dtype)
        for i in range(self.num_ops):
            for index, (part, changes) in enumerate(zip(self._parts(), each)):
                images = ops.where(chosen[i] == index, part._apply(images, changes), images)
        return ops.cast(images, self.compute_dtype)
