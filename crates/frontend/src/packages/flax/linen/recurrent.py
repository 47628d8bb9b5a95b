# Recurrent cells and what runs them.


class RNNCellBase(Module):
    @nowrap
    def initialize_carry(self, rng, input_shape):
        raise NotImplementedError

    @property
    def num_feature_axes(self):
        return 1


class _Cell(RNNCellBase):
    """A cell of dense layers: those of the inputs are called `i…`, those of the state `h…`."""

    @nowrap
    def initialize_carry(self, rng, input_shape):
        return self.carry_init(rng, tuple(input_shape[:-1]) + (self.features,), self.param_dtype)

    @nowrap
    def _dense(self, features, init, **options):
        return functools.partial(
            Dense, features=features, kernel_init=init, dtype=self.dtype, param_dtype=self.param_dtype, **options
        )


class _GatedCell(_Cell):
    features: int
    gate_fn: Callable = sigmoid
    activation_fn: Callable = tanh
    kernel_init: Callable = default_kernel_init
    recurrent_kernel_init: Callable = initializers.orthogonal()
    bias_init: Callable = initializers.zeros_init()
    dtype: Any = None
    param_dtype: Any = jnp.float32
    carry_init: Callable = initializers.zeros_init()


def _pair_carry(cell, rng, input_shape):
    shape = tuple(input_shape[:-1]) + (cell.features,)
    return tuple(cell.carry_init(key, shape, cell.param_dtype) for key in jax.random.split(rng))


class _PairCell(_GatedCell):
    @nowrap
    def initialize_carry(self, rng, input_shape):
        return _pair_carry(self, rng, input_shape)


class LSTMCell(_PairCell):
    @compact
    def __call__(self, carry, inputs):
        c, h = carry
        of_state = self._dense(h.shape[-1], self.recurrent_kernel_init, bias_init=self.bias_init)
        of_input = self._dense(h.shape[-1], self.kernel_init, use_bias=False)
        gate = lambda part: of_input(name="i" + part)(inputs) + of_state(name="h" + part)(h)
        i, f = self.gate_fn(gate("i")), self.gate_fn(gate("f"))
        g, o = self.activation_fn(gate("g")), self.gate_fn(gate("o"))
        c = f * c + i * g
        h = o * self.activation_fn(c)
        return (c, h), h


class DenseParams(Module):
    features: int
    use_bias: bool = True
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()

    @compact
    def __call__(self, inputs):
        kernel = self.param("kernel", self.kernel_init, (inputs.shape[-1], self.features), self.param_dtype)
        bias = self.param("bias", self.bias_init, (self.features,), self.param_dtype) if self.use_bias else None
        return kernel, bias


class OptimizedLSTMCell(_PairCell):
    @compact
    def __call__(self, carry, inputs):
        c, h = carry
        features = h.shape[-1]

        def joined(x, letter, init, use_bias):
            parts = [
                DenseParams(
                    features=features,
                    use_bias=use_bias,
                    param_dtype=self.param_dtype,
                    kernel_init=init,
                    bias_init=self.bias_init,
                    name=letter + part,
                )(x)
                for part in "ifgo"
            ]
            kernel = jnp.concatenate([kernel for kernel, _ in parts], axis=-1)
            bias = jnp.concatenate([bias for _, bias in parts], axis=-1) if use_bias else None
            x, kernel, bias = promote_dtype(x, kernel, bias, dtype=self.dtype)
            y = jnp.dot(x, kernel)
            y = y + jnp.reshape(bias, (1,) * (y.ndim - 1) + (-1,)) if use_bias else y
            return jnp.split(y, 4, axis=-1)

        of_state = joined(h, "h", self.recurrent_kernel_init, True)
        of_input = joined(inputs, "i", self.kernel_init, False)
        i, f, g, o = [a + b for a, b in zip(of_state, of_input)]
        c = self.gate_fn(f) * c + self.gate_fn(i) * self.activation_fn(g)
        h = self.gate_fn(o) * self.activation_fn(c)
        return (c, h), h


class SimpleCell(_Cell):
    features: int
    activation_fn: Callable = tanh
    kernel_init: Callable = default_kernel_init
    recurrent_kernel_init: Callable = initializers.orthogonal()
    bias_init: Callable = initializers.zeros_init()
    dtype: Any = None
    param_dtype: Any = jnp.float32
    carry_init: Callable = initializers.zeros_init()
    residual: bool = False

    @compact
    def __call__(self, carry, inputs):
        of_state = self._dense(carry.shape[-1], self.recurrent_kernel_init, use_bias=False)
        of_input = self._dense(carry.shape[-1], self.kernel_init, bias_init=self.bias_init)
        h = of_input(name="i")(inputs) + of_state(name="h")(carry)
        h = self.activation_fn(h + carry if self.residual else h)
        return h, h


class GRUCell(_GatedCell):
    @compact
    def __call__(self, carry, inputs):
        h, features = carry, carry.shape[-1]
        of_state = self._dense(features, self.recurrent_kernel_init, bias_init=self.bias_init)
        of_input = self._dense(features, self.kernel_init, bias_init=self.bias_init)
        gate = lambda part: of_input(name="i" + part)(inputs) + of_state(name="h" + part, use_bias=False)(h)
        r, z = self.gate_fn(gate("r")), self.gate_fn(gate("z"))
        n = self.activation_fn(of_input(name="in")(inputs) + r * of_state(name="hn")(h))
        h = (1.0 - z) * n + z * h
        return h, h


class MGUCell(_Cell):
    features: int
    gate_fn: Callable = sigmoid
    activation_fn: Callable = tanh
    kernel_init: Callable = default_kernel_init
    recurrent_kernel_init: Callable = initializers.orthogonal()
    forget_bias_init: Callable = initializers.ones_init()
    activation_bias_init: Callable = initializers.zeros_init()
    dtype: Any = None
    param_dtype: Any = jnp.float32
    carry_init: Callable = initializers.zeros_init()
    reset_gate: bool = True

    @compact
    def __call__(self, carry, inputs):
        h, features = carry, carry.shape[-1]
        of_state = self._dense(features, self.recurrent_kernel_init, bias_init=self.activation_bias_init)
        of_input = self._dense(features, self.kernel_init)
        forget = of_input(name="if", bias_init=self.forget_bias_init)(inputs)
        f = self.gate_fn(forget + of_state(name="hf", use_bias=False)(h))
        x = of_state(name="hn", use_bias=self.reset_gate)(h)
        x = x * f if self.reset_gate else x
        n = self.activation_fn(of_input(name="in", bias_init=self.activation_bias_init)(inputs) + x)
        h = (1.0 - f) * n + f * h
        return h, h


class ConvLSTMCell(RNNCellBase):
    features: int
    kernel_size: Sequence[int]
    strides: Any = None
    padding: Any = "SAME"
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    carry_init: Callable = initializers.zeros_init()

    @compact
    def __call__(self, carry, inputs):
        c, h = carry
        conv = functools.partial(
            Conv,
            features=4 * self.features,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=self.padding,
            use_bias=self.use_bias,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
        )
        gates = conv(name="ih")(inputs) + conv(name="hh")(h)
        i, g, f, o = jnp.split(gates, 4, axis=-1)
        c = sigmoid(f + 1) * c + sigmoid(i) * jnp.tanh(g)
        h = sigmoid(o) * jnp.tanh(c)
        return (c, h), h

    @nowrap
    def initialize_carry(self, rng, input_shape):
        return _pair_carry(self, rng, input_shape)

    @property
    def num_feature_axes(self):
        return len(self.kernel_size) + 1


class RNN(Module):
    cell: RNNCellBase
    time_major: bool = False
    return_carry: bool = False
    reverse: bool = False
    keep_order: bool = False
    unroll: int = 1
    variable_axes: Mapping = FrozenDict()
    variable_broadcast: Any = "params"
    variable_carry: Any = False
    split_rngs: Mapping = FrozenDict({"params": False})

    def __call__(
        self,
        inputs,
        *,
        initial_carry=None,
        init_key=None,
        seq_lengths=None,
        return_carry=None,
        time_major=None,
        reverse=None,
        keep_order=None,
    ):
        run = RunOfSteps(
            self, inputs, seq_lengths, return_carry=return_carry, time_major=time_major, reverse=reverse,
            keep_order=keep_order,
        )
        carry = initial_carry
        if carry is None:
            key = jax.random.key(0) if init_key is None else init_key
            carry = self.cell.initialize_carry(key, run.step_shape)
        steps = scan(
            lambda cell, carry, x: run.step(cell, carry, x),
            in_axes=run.axis,
            out_axes=run.out_axes,
            unroll=self.unroll,
            variable_axes=self.variable_axes,
            variable_broadcast=self.variable_broadcast,
            variable_carry=self.variable_carry,
            split_rngs=self.split_rngs,
        )
        return run.results(*steps(self.cell, carry, run.inputs))


class Bidirectional(Module):
    forward_rnn: Module
    backward_rnn: Module
    merge_fn: Callable = concatenated
    time_major: bool = False
    return_carry: bool = False

    def __call__(
        self,
        inputs,
        *,
        initial_carry=None,
        init_key=None,
        seq_lengths=None,
        return_carry=None,
        time_major=None,
        reverse=None,
        keep_order=None,
    ):
        time_major = self.time_major if time_major is None else time_major
        return_carry = self.return_carry if return_carry is None else return_carry
        keys = (None, None) if init_key is None else jax.random.split(init_key)
        carries = (None, None) if initial_carry is None else initial_carry
        common = dict(seq_lengths=seq_lengths, return_carry=True, time_major=time_major)
        ahead, forward = self.forward_rnn(
            inputs, initial_carry=carries[0], init_key=keys[0], reverse=False, **common
        )
        back, backward = self.backward_rnn(
            inputs, initial_carry=carries[1], init_key=keys[1], reverse=True, keep_order=True, **common
        )
        outputs = jax.tree.map(self.merge_fn, forward, backward)
        return ((ahead, back), outputs) if return_carry else outputs
