# Long short-term memory whose products are convolutions.


class _ConvLSTMCell(keras.layers.Layer):
    def __init__(self, rank, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
                 activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
                 recurrent_initializer="orthogonal", bias_initializer="zeros", unit_forget_bias=True,
                 kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
                 recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None,
                 **kwargs):
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last"):
            raise NotImplementedError("ConvLSTM layers are compiled for channels_last")
        sizes = lambda n: tuple(n) if isinstance(n, (tuple, list)) else (n,) * rank
        self.rank, self.filters, self.kernel_size = rank, filters, sizes(kernel_size)
        self.strides, self.dilation_rate, self.padding = sizes(strides), sizes(dilation_rate), padding
        self.activation = keras.activations.get(activation)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.use_bias, self.unit_forget_bias = use_bias, unit_forget_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.penalties = kernel_regularizer, recurrent_regularizer, bias_regularizer
        self.limits = kernel_constraint, recurrent_constraint, bias_constraint
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        if dropout > 0 or recurrent_dropout > 0:
            raise NotImplementedError("`dropout` of ConvLSTM layers is not compiled")
        # Keras counts the state of a generator among the layer's variables, whether anything is dropped or not.
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        channels, wide = input_shape[-1], 4 * self.filters
        self.kernel = self.add_weight(
            shape=self.kernel_size + (channels, wide), initializer=self.kernel_initializer, name="kernel",
            regularizer=self.penalties[0], constraint=self.limits[0])
        self.recurrent_kernel = self.add_weight(
            shape=self.kernel_size + (self.filters, wide), initializer=self.recurrent_initializer,
            name="recurrent_kernel", regularizer=self.penalties[1], constraint=self.limits[1])
        self.bias = None
        if self.use_bias:
            start = self.bias_initializer
            if self.unit_forget_bias:
                def start(shape, dtype=None, **options):
                    n = self.filters
                    parts = [self.bias_initializer((n,)), ops.ones((n,)), self.bias_initializer((2 * n,))]
                    return ops.concatenate(parts)

            self.bias = self.add_weight(shape=(wide,), initializer=start, name="bias", regularizer=self.penalties[2],
                                        constraint=self.limits[2])

    def project(self, inputs):
        result = ops.conv(inputs, self.kernel, self.strides, self.padding, "channels_last", self.dilation_rate)
        return result if self.bias is None else result + self.bias

    def call(self, inputs, states, training=False):
        h, c = states
        x = self.project(inputs)
        x = x + ops.conv(h, self.recurrent_kernel, 1, "same", "channels_last")
        i, f, new, o = ops.split(x, 4, axis=-1)
        i, f = self.recurrent_activation(i), self.recurrent_activation(f)
        c = f * c + i * self.activation(new)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class _ConvLSTM(keras.layers.Layer):
    def __init__(self, rank, filters, kernel_size, return_sequences=False, return_state=False, go_backwards=False,
                 stateful=False, unroll=False, name=None, trainable=True, dtype=None, activity_regularizer=None,
                 **options):
        super().__init__(name=name, trainable=trainable, dtype=dtype, activity_regularizer=activity_regularizer)
        if stateful:
            raise NotImplementedError("`stateful=True` of ConvLSTM layers is not compiled")
        self.cell = _ConvLSTMCell(rank, filters, kernel_size, name="conv_lstm_cell", **options)
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards

    def build(self, input_shape):
        self.cell.build((input_shape[0],) + tuple(input_shape[2:]))

    def call(self, sequences, initial_state=None, training=False):
        steps = ops.swapaxes(sequences, 0, 1)
        if initial_state is None:
            like = self.cell.project(steps[0])[..., : self.cell.filters]
            initial_state = [ops.zeros_like(like), ops.zeros_like(like)]

        def step(states, x):
            output, states = self.cell(x, states)
            return states, output

        if self.go_backwards:
            steps = ops.flip(steps, axis=0)
        states, outputs = ops.scan(step, list(initial_state), steps)
        output = ops.swapaxes(outputs, 0, 1) if self.return_sequences else outputs[-1]
        return [output] + list(states) if self.return_state else output


class ConvLSTM1D(_ConvLSTM):
    def __init__(self, filters, kernel_size, strides=1, padding="valid", **kwargs):
        super().__init__(1, filters, kernel_size, strides=strides, padding=padding, **kwargs)


class ConvLSTM2D(_ConvLSTM):
    def __init__(self, filters, kernel_size, strides=1, padding="valid", **kwargs):
        super().__init__(2, filters, kernel_size, strides=strides, padding=padding, **kwargs)


class ConvLSTM3D(_ConvLSTM):
    def __init__(self, filters, kernel_size, strides=1, padding="valid", **kwargs):
        super().__init__(3, filters, kernel_size, strides=strides, padding=padding, **kwargs)
