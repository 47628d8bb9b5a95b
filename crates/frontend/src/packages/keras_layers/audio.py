# Spectra of signals.


class STFTSpectrogram(_Layer):
    """Short-time Fourier transforms by convolutions whose kernels may be trained."""

    _arguments = ("mode", "frame_length", "frame_step", "fft_length", "window", "periodic", "scaling", "padding",
                  "expand_dims", "data_format")

    def __init__(self, mode="log", frame_length=256, frame_step=None, fft_length=None, window="hann", periodic=False,
                 scaling="density", padding="valid", expand_dims=False, data_format=None, **kwargs):
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(f"`frame_step` must be from 1 to `frame_length`, found {frame_step}")
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(f"`fft_length` must be at least `frame_length`, found {fft_length}")
        if mode not in ("log", "magnitude", "psd", "real", "imag", "angle", "stft"):
            raise ValueError(f"`mode` must be log, magnitude, psd, real, imag, angle or stft, found {mode!r}")
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(f"`scaling` must be None, 'density' or 'spectrum', found {scaling!r}")
        if padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be 'valid' or 'same', found {padding!r}")
        super().__init__(**kwargs)
        self.mode, self.window, self.periodic, self.scaling = mode, window, periodic, scaling
        self.frame_length, self.frame_step, self.fft_length = frame_length, frame_step, fft_length
        self._step = frame_step or frame_length // 2
        self._bins = (fft_length or 2 ** int(math.ceil(math.log2(frame_length)))) // 2 + 1
        self.padding, self.expand_dims, self.data_format = padding, expand_dims, data_format or "channels_last"

    def build(self, input_shape):
        def kernel(side):
            initializer = keras.initializers.STFT(side, self.window, self.scaling, self.periodic)
            shape = (self.frame_length, 1, self._bins)
            return self.add_weight(name=f"{side}_kernel", shape=shape, initializer=initializer)

        if self.mode != "imag":
            self.real_kernel = kernel("real")
        if self.mode != "real":
            self.imag_kernel = kernel("imag")

    def _convolved(self, inputs, kernel):
        """(batch, channels, bins, steps)"""
        if self.data_format == "channels_last":
            inputs = ops.transpose(inputs, [0, 2, 1])
        batch, channels, steps = inputs.shape
        shape = [-1, steps, 1] if self.data_format == "channels_last" else [-1, 1, steps]
        outputs = ops.conv(
            ops.reshape(inputs, shape),
            ops.cast(kernel, inputs.dtype),
            padding=self.padding,
            strides=self._step,
            data_format=self.data_format,
        )
        if self.data_format == "channels_last":
            outputs = ops.transpose(outputs, [0, 2, 1])
        return ops.reshape(outputs, [-1, channels, outputs.shape[1], outputs.shape[2]])

    def _arranged(self, outputs):
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return ops.transpose(outputs, [0, 3, 2, 1] if last else [0, 1, 3, 2])
        batch, channels, bins, steps = outputs.shape
        outputs = ops.reshape(outputs, [-1, channels * bins, steps])
        return ops.transpose(outputs, [0, 2, 1]) if last else outputs

    def call(self, inputs):
        if inputs.dtype not in ("float16", "float32", "float64"):
            raise TypeError(f"STFTSpectrogram takes float16, float32 or float64, found {inputs.dtype}")
        if self.mode == "real":
            return self._arranged(self._convolved(inputs, self.real_kernel))
        if self.mode == "imag":
            return self._arranged(self._convolved(inputs, self.imag_kernel))
        real, imaginary = self._convolved(inputs, self.real_kernel), self._convolved(inputs, self.imag_kernel)
        if self.mode == "angle":
            return self._arranged(ops.arctan2(imaginary, real))
        if self.mode == "stft":
            return self._arranged(ops.concatenate([real, imaginary], axis=2))
        power = ops.square(real) + ops.square(imaginary)
        if self.mode == "psd":
            inner = ops.pad(power[:, :, 1:-1, :], [[0, 0], [0, 0], [1, 1], [0, 0]])
            return self._arranged(power + inner)
        epsilon = keras.backend.epsilon()
        magnitude = self._arranged(ops.sqrt(ops.maximum(power, epsilon)))
        return magnitude if self.mode == "magnitude" else ops.log(ops.maximum(magnitude, epsilon))


class MelSpectrogram(_Layer):
    """The spectrogram of a signal on the mel scale, in decibels."""

    _arguments = ("fft_length", "sequence_stride", "sequence_length", "window", "sampling_rate", "num_mel_bins",
                  "min_freq", "max_freq", "power_to_db", "top_db", "mag_exp", "min_power", "ref_power")

    def __init__(self, fft_length=2048, sequence_stride=512, sequence_length=None, window="hann", sampling_rate=16000,
                 num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0,
                 min_power=1e-10, ref_power=1.0, **kwargs):
        super().__init__(**kwargs)
        self.fft_length, self.sequence_stride = fft_length, sequence_stride
        self.sequence_length = sequence_length or fft_length
        if fft_length < self.sequence_length:
            raise ValueError(f"`fft_length` must be at least `sequence_length`, found {fft_length}")
        self.window, self.sampling_rate, self.num_mel_bins = window, sampling_rate, num_mel_bins
        self.min_freq, self.max_freq = min_freq, max_freq or int(sampling_rate / 2)
        self.power_to_db, self.top_db, self.mag_exp = power_to_db, top_db, mag_exp
        self.min_power, self.ref_power = min_power, ref_power

    def call(self, inputs):
        exact = self.compute_dtype in ("float32", "float64")
        inputs = ops.cast(inputs, self.compute_dtype if exact else "float32")
        real, imaginary = ops.stft(
            inputs, self.sequence_length, self.sequence_stride, self.fft_length, window=self.window, center=True
        )
        spectrum = ops.power(ops.sqrt(ops.square(real) + ops.square(imaginary)), self.mag_exp)
        outputs = ops.tensordot(spectrum, self._mel_weights(spectrum.shape[-1]), axes=1)
        if self.power_to_db:
            outputs = self._decibels(outputs)
        return ops.cast(ops.swapaxes(outputs, -1, -2), self.compute_dtype)

    def _decibels(self, power):
        levels = 10.0 * ops.log10(ops.maximum(power, self.min_power))
        reference = ops.abs(ops.convert_to_tensor(self.ref_power))
        levels = levels - 10.0 * ops.log10(ops.maximum(reference, self.min_power))
        return ops.maximum(levels, ops.max(levels) - self.top_db)

    def _mel_weights(self, bins):
        """How much each frequency adds to each band: triangles between neighbouring centres on the mel scale."""
        def mel(hertz):
            return 1127.0 * ops.log(1.0 + hertz / 700.0)

        number = lambda x: ops.convert_to_tensor(x, "float32")
        zero = number(0.0)
        nyquist = ops.cast(self.sampling_rate, "float32") / 2.0
        # The constant part belongs to no band.
        frequencies = ops.expand_dims(mel(ops.linspace(zero, nyquist, bins)[1:]), 1)
        edges = ops.linspace(mel(number(self.min_freq)), mel(number(self.max_freq)), self.num_mel_bins + 2)
        low, centre, high = [ops.reshape(e, [1, -1]) for e in (edges[:-2], edges[1:-1], edges[2:])]
        rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
        weights = ops.maximum(zero, ops.minimum(rising, falling))
        return ops.pad(weights, [[1, 0], [0, 0]])
