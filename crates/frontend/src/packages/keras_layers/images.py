# Layers that change images at random, as they are trained on.

class _Images(_Layer):
    """What the layers share: one image (rank 3) counts as a batch of one; without training nothing happens.

    What is random is drawn before anything else, so that a layer which applies others can draw for them."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(f"data_format must be 'channels_last' or 'channels_first', found {data_format!r}")
        self.data_format = data_format or "channels_last"
        first = self.data_format == "channels_first"
        self.height_axis, self.width_axis = (-2, -1) if first else (-3, -2)
        self.channel_axis = -3 if first else -1

    def _set_seed(self, seed):
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def _size(self, images):
        return images.shape[self.height_axis], images.shape[self.width_axis]

    def _draw(self, images, seed):
        return None

    def _untrained(self, images):
        return ops.cast(images, self.compute_dtype)

    def _changed(self, images, training):
        return self._apply(images, self._draw(images, self.generator)) if training else self._untrained(images)

    def call(self, images, training=True):
        if isinstance(images, dict):
            raise NotImplementedError(f"{type(self).__name__} of a dict with labels or boxes: pass the images alone")
        rank = len(images.shape)
        if rank == 4:
            return self._changed(images, training)
        if rank == 3:
            return ops.squeeze(self._changed(ops.expand_dims(images, 0), training), 0)
        raise ValueError(f"{type(self).__name__} takes images of rank 3 or 4, found shape {images.shape}")

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


def _interval(factor, low, high, name="factor"):
    if isinstance(factor, (tuple, list)):
        if len(factor) == 2 and factor[0] <= high and factor[1] >= low:
            return tuple(sorted(factor))
    elif isinstance(factor, (int, float)) and low <= factor <= high:
        size = abs(factor)
        return max(-size, low), size
    raise ValueError(f"`{name}` must be a number or a pair of numbers in [{low}, {high}], found {factor}")


class RandomFlip(_Images):
    _arguments = ("seed", "mode")

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._set_seed(seed)
        self.mode = mode

    def _draw(self, images, seed):
        return keras.random.uniform((images.shape[0], 1, 1, 1), seed=seed) <= 0.5

    def _apply(self, images, flips):
        images = ops.cast(images, self.compute_dtype)
        if self.mode in ("horizontal", "horizontal_and_vertical"):
            images = ops.where(flips, ops.flip(images, axis=self.width_axis), images)
        if self.mode in ("vertical", "horizontal_and_vertical"):
            images = ops.where(flips, ops.flip(images, axis=self.height_axis), images)
        return images


class _Affine(_Images):
    """A layer that moves the images' points by a random matrix."""

    def __init__(self, fill_mode, interpolation, seed, fill_value, data_format, **kwargs):
        super().__init__(data_format, **kwargs)
        if fill_mode not in ("reflect", "wrap", "constant", "nearest"):
            raise NotImplementedError(f"Unknown `fill_mode` {fill_mode}.")
        if interpolation not in ("nearest", "bilinear"):
            raise NotImplementedError(f"Unknown `interpolation` {interpolation}.")
        self._set_seed(seed)
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value

    def _draw(self, images, seed):
        return self._matrix(seed, images.shape[0], *self._size(images))

    def _apply(self, images, matrix):
        return ops.image.affine_transform(
            ops.cast(images, self.compute_dtype),
            matrix,
            interpolation=self.interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )


class RandomRotation(_Affine):
    _arguments = ("factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = _interval(factor or 0.0, -1, 1)

    def _matrix(self, seed, count, height, width):
        low, high = self.factor
        degrees = keras.random.uniform((count,), minval=low * 360.0, maxval=high * 360.0, seed=seed)
        angle = degrees * ops.convert_to_tensor(3.141592653589793 / 180.0)
        centre_x = ops.cast(0.5 * (ops.cast(width, angle.dtype) - 1), angle.dtype)
        centre_y = ops.cast(0.5 * (ops.cast(height, angle.dtype) - 1), angle.dtype)
        zero, one = ops.zeros([count]), ops.ones([count])
        cosine, sine, shear = ops.cos(angle), ops.sin(angle), ops.tan(zero)
        a0 = one * (cosine + shear * sine)
        a1 = one * (-sine + shear * cosine)
        a2 = zero + centre_x - centre_x * a0 - centre_y * a1
        b0 = one * (shear * cosine + sine)
        b1 = one * (shear * -sine + cosine)
        b2 = zero + centre_y - centre_x * b0 - centre_y * b1
        columns = [column[:, None] for column in (a0, a1, a2, b0, b1, b2)]
        return ops.concatenate(columns + [ops.zeros((count, 2))], axis=1)


class _ByFactors(_Affine):
    _arguments = ("height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = _interval(height_factor, -1, 1, "height_factor")
        self._width = None if width_factor is None else _interval(width_factor, -1, 1, "width_factor")


class RandomZoom(_ByFactors):
    def __init__(self, height_factor, width_factor=None, *args, **kwargs):
        super().__init__(height_factor, width_factor, *args, **kwargs)

    def _matrix(self, seed, count, height, width):
        def zoom(interval):
            low, high = interval
            return keras.random.uniform((count, 1), minval=1.0 + low, maxval=1.0 + high, seed=seed)

        y = zoom(self._height)
        x = y if self._width is None else zoom(self._width)
        move_x = (ops.cast(width, "float32") - 1.0) / 2.0 * (1.0 - x)
        move_y = (ops.cast(height, "float32") - 1.0) / 2.0 * (1.0 - y)
        zero = ops.zeros((count, 1))
        return ops.concatenate([x, zero, move_x, zero, y, move_y, ops.zeros((count, 2))], axis=1)


class RandomTranslation(_ByFactors):
    def _matrix(self, seed, count, height, width):
        def move(interval, size):
            low, high = interval
            return keras.random.uniform((count, 1), minval=low, maxval=high, seed=seed) * size

        y = move(self._height, height)
        x = move(self._width, width)
        zero, one = ops.zeros((count, 1)), ops.ones((count, 1))
        return ops.concatenate([one, zero, -x, zero, one, -y, ops.zeros((count, 2))], axis=1)


def _window(layer, images, top, left, height, width):
    """The window of the images whose upper left corner is at (top, left); its place may be traced."""
    start, size = [0, 0, 0, 0], list(images.shape)
    start[layer.height_axis], start[layer.width_axis] = top, left
    size[layer.height_axis], size[layer.width_axis] = height, width
    return ops.slice(images, start, size)


def _middle(layer, images, height, width):
    """The largest window in the middle with the proportions of (height, width), resized to that."""
    rows, columns = layer._size(images)
    inner_height = max(min(rows, int(float(columns * height) / width)), 1)
    inner_width = max(min(columns, int(float(rows * width) / height)), 1)
    top, left = int(float(rows - inner_height) / 2), int(float(columns - inner_width) / 2)
    return top, left, inner_height, inner_width


class RandomCrop(_Images):
    _arguments = ("height", "width", "seed")

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(data_format, name=name, **kwargs)
        self.height, self.width = height, width
        self.seed = seed if seed is not None else _default_seed()
        self.generator = keras.random.SeedGenerator(seed)
        self.supports_masking = False

    def _changed(self, images, training):
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        rows, columns = self._size(images)
        if rows > self.height and columns > self.width:
            room = (rows - self.height + 1, columns - self.width + 1)
            top, left = [
                ops.cast(keras.random.uniform((), 0, float(space), seed=self.generator), "int32") for space in room
            ]
            return _window(self, images, top, left, self.height, self.width)
        top, left, _, _ = _middle(self, images, self.height, self.width)
        inside = min(self.height, rows - top), min(self.width, columns - left)
        images = _window(self, images, top, left, *inside)
        if inside != (self.height, self.width):
            images = ops.image.resize(images, (self.height, self.width), data_format=self.data_format)
        return ops.cast(images, self.compute_dtype)


class CenterCrop(_Images):
    _arguments = ("height", "width")

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.height, self.width = height, width

    def _changed(self, images, training):
        images = ops.cast(images, self.compute_dtype)
        rows, columns = self._size(images)
        if rows >= self.height and columns >= self.width:
            top, left = (rows - self.height) // 2, (columns - self.width) // 2
            return _window(self, images, top, left, self.height, self.width)
        images = _window(self, images, *_middle(self, images, self.height, self.width))
        return ops.image.resize(images, (self.height, self.width), data_format=self.data_format)


class RandomContrast(_Images):
    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.factor = _interval(factor, 0, 1)
        self.value_range = value_range
        self._set_seed(seed)

    def _untrained(self, images):
        return images

    def _draw(self, images, seed):
        low, high = self.factor
        shape, dtype = (images.shape[0], 1, 1, 1), self.compute_dtype
        return keras.random.uniform(shape, minval=1.0 - low, maxval=1.0 + high, seed=seed, dtype=dtype)

    def _apply(self, images, factor):
        mean = ops.mean(images, axis=self.height_axis, keepdims=True)
        mean = ops.mean(mean, axis=self.width_axis, keepdims=True)
        return ops.clip((images - mean) * factor + mean, self.value_range[0], self.value_range[1])


class RandomBrightness(_Images):
    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.factor = _interval(factor or 0.0, -1, 1)
        self.value_range = sorted(value_range)
        self._set_seed(seed)

    def _untrained(self, images):
        return images

    def _draw(self, images, seed):
        low, high = self.factor
        delta = keras.random.uniform((images.shape[0], 1, 1, 1), minval=low, maxval=high, seed=seed)
        return delta * (self.value_range[1] - self.value_range[0])

    def _apply(self, images, delta):
        return ops.clip(images + ops.cast(delta, images.dtype), self.value_range[0], self.value_range[1])
