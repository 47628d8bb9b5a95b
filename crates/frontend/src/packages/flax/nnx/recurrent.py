# Recurrent cells and what runs them.


def modified_orthogonal(key, shape, dtype=jnp.float32):
    return initializers.orthogonal()(key, shape).astype(dtype)


class RNNCellBase(Module):
    def initialize_carry(self, input_shape, rngs=None, carry_init=None):
        raise NotImplementedError

    @property
    def num_feature_axes(self):
        raise NotImplementedError


class _Cell(RNNCellBase):
    carries = 1

    def _make(self, in_features, hidden_features, dtype, param_dtype, carry_init, keep_rngs, rngs):
        self.in_features, self.hidden_features = in_features, hidden_features
        self.dtype, self.param_dtype, self.carry_init = dtype, param_dtype, carry_init
        self.rngs = rngs.carry.fork() if keep_rngs else None

    def _linear(self, ends, init, rngs, use_bias=False, **options):
        return Linear(
            *ends, use_bias=use_bias, kernel_init=init, dtype=self.dtype, param_dtype=self.param_dtype, rngs=rngs, **options
        )

    def initialize_carry(self, input_shape, rngs=None, carry_init=None):
        rngs = self.rngs if rngs is None else rngs
        rngs = rngs.carry if isinstance(rngs, Rngs) else rngs
        if rngs is None:
            raise ValueError("RNGs must be provided to initialize the cell carry.")
        init = carry_init or self.carry_init or zeros_init
        shape = tuple(input_shape[:-1]) + (self.hidden_features,)
        carry = tuple(init(rngs(), shape, self.param_dtype) for _ in range(self.carries))
        return carry if self.carries > 1 else carry[0]

    @property
    def num_feature_axes(self):
        return 1


class _LSTM(_Cell):
    carries = 2

    def _next(self, c, i, f, g, o):
        c = self.gate_fn(f) * c + self.gate_fn(i) * self.activation_fn(g)
        h = self.gate_fn(o) * self.activation_fn(c)
        return (c, h), h


class LSTMCell(_LSTM):
    def __init__(
        self, in_features, hidden_features, *, gate_fn=sigmoid, activation_fn=tanh, kernel_init=default_kernel_init,
        recurrent_kernel_init=modified_orthogonal, bias_init=zeros_init, dtype=None, param_dtype=jnp.float32,
        carry_init=None, keep_rngs=False, rngs, **options,
    ):
        self._make(in_features, hidden_features, dtype, param_dtype, carry_init, keep_rngs, rngs)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        n = hidden_features
        for name in ("ii", "if_", "ig", "io"):
            setattr(self, name, self._linear((in_features, n), kernel_init, rngs))
        for name in ("hi", "hf", "hg", "ho"):
            setattr(self, name, self._linear((n, n), recurrent_kernel_init, rngs, True, bias_init=bias_init))

    def __call__(self, carry, inputs):
        c, h = carry
        of_inputs, of_state = (self.ii, self.if_, self.ig, self.io), (self.hi, self.hf, self.hg, self.ho)
        return self._next(c, *[x(inputs) + y(h) for x, y in zip(of_inputs, of_state)])


class OptimizedLSTMCell(_LSTM):
    def __init__(
        self, in_features, hidden_features, *, gate_fn=sigmoid, activation_fn=tanh, kernel_init=default_kernel_init,
        recurrent_kernel_init=initializers.orthogonal(), bias_init=zeros_init, dtype=None, param_dtype=jnp.float32,
        carry_init=None, keep_rngs=False, rngs, **options,
    ):
        self._make(in_features, hidden_features, dtype, param_dtype, carry_init, keep_rngs, rngs)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        n = hidden_features
        self.dense_i = self._linear((in_features, 4 * n), kernel_init, rngs)
        self.dense_h = self._linear((n, 4 * n), recurrent_kernel_init, rngs, True, bias_init=bias_init)

    def __call__(self, carry, inputs):
        c, h = carry
        return self._next(c, *jnp.split(self.dense_i(inputs) + self.dense_h(h), 4, axis=-1))


class SimpleCell(_Cell):
    def __init__(
        self, in_features, hidden_features, *, dtype=jnp.float32, param_dtype=jnp.float32, carry_init=None,
        residual=False, activation_fn=tanh, kernel_init=default_kernel_init,
        recurrent_kernel_init=initializers.orthogonal(), bias_init=zeros_init, keep_rngs=False, rngs, **options,
    ):
        self._make(in_features, hidden_features, dtype, param_dtype, carry_init, keep_rngs, rngs)
        self.residual, self.activation_fn = residual, activation_fn
        n = hidden_features
        self.dense_h = self._linear((n, n), recurrent_kernel_init, rngs)
        self.dense_i = self._linear((in_features, n), kernel_init, rngs, True, bias_init=bias_init)

    def __call__(self, carry, inputs):
        h = self.dense_i(inputs) + self.dense_h(carry)
        h = self.activation_fn(h + carry if self.residual else h)
        return h, h


class GRUCell(_Cell):
    def __init__(
        self, in_features, hidden_features, *, gate_fn=sigmoid, activation_fn=tanh, kernel_init=default_kernel_init,
        recurrent_kernel_init=initializers.orthogonal(), bias_init=zeros_init, dtype=None, param_dtype=jnp.float32,
        carry_init=None, keep_rngs=False, rngs, **options,
    ):
        self._make(in_features, hidden_features, dtype, param_dtype, carry_init, keep_rngs, rngs)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        n = hidden_features
        self.dense_i = self._linear((in_features, 3 * n), kernel_init, rngs, True, bias_init=bias_init)
        self.dense_h = self._linear((n, 3 * n), recurrent_kernel_init, rngs)

    def __call__(self, carry, inputs):
        r, z, n = jnp.split(self.dense_i(inputs), 3, axis=-1)
        of_r, of_z, of_n = jnp.split(self.dense_h(carry), 3, axis=-1)
        r, z = self.gate_fn(r + of_r), self.gate_fn(z + of_z)
        h = (1.0 - z) * self.activation_fn(n + r * of_n) + z * carry
        return h, h


def _carry_stream(rngs):
    if rngs is True:
        return RngStream(0, tag="carry")
    if rngs is False:
        return None
    return rngs.carry.fork() if isinstance(rngs, Rngs) else rngs


class RNN(Module):
    def __init__(
        self, cell, *, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1,
        state_axes=None, broadcast_rngs=None, rngs=True,
    ):
        self.cell, self.time_major, self.return_carry = cell, time_major, return_carry
        self.reverse, self.keep_order, self.unroll = reverse, keep_order, unroll
        self.rngs = _carry_stream(rngs)
        # Carried by default, as all variables are; parameters stay what they are.
        self.state_axes = state_axes or StateAxes({Param: None, ...: Carry})
        self.broadcast_rngs = broadcast_rngs

    def __call__(
        self, inputs, *, initial_carry=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None,
        keep_order=None, rngs=None,
    ):
        run = RunOfSteps(
            self, inputs, seq_lengths, return_carry=return_carry, time_major=time_major, reverse=reverse,
            keep_order=keep_order,
        )
        carry = initial_carry
        if carry is None:
            rngs = self.rngs if rngs is None else rngs.carry.fork() if isinstance(rngs, Rngs) else rngs
            carry = self.cell.initialize_carry(run.step_shape, rngs)
        shared = All(RngState, self.broadcast_rngs)
        axes = StateAxes({shared: None, **dict(self.state_axes.items())})

        @split_rngs(splits=1, only=self.broadcast_rngs, squeeze=True)
        @scan(in_axes=(axes, Carry, run.axis), out_axes=(Carry, run.out_axes), unroll=self.unroll)
        def steps(cell, carry, x):
            return run.step(cell, carry, x)

        return run.results(*steps(self.cell, carry, run.inputs))


class Bidirectional(Module):
    def __init__(
        self, forward_rnn, backward_rnn, *, merge_fn=concatenated, time_major=False, return_carry=False, rngs=True
    ):
        self.forward_rnn, self.backward_rnn, self.merge_fn = forward_rnn, backward_rnn, merge_fn
        self.time_major, self.return_carry = time_major, return_carry
        self.rngs = _carry_stream(rngs)

    def __call__(
        self, inputs, *, initial_carry=None, rngs=None, seq_lengths=None, return_carry=None, time_major=None,
        reverse=None, keep_order=None,
    ):
        return_carry = self.return_carry if return_carry is None else return_carry
        rngs = self.rngs if rngs is None else rngs.carry if isinstance(rngs, Rngs) else rngs
        carries = (None, None) if initial_carry is None else initial_carry
        common = dict(
            rngs=rngs, seq_lengths=seq_lengths, return_carry=True,
            time_major=self.time_major if time_major is None else time_major,
        )
        ahead, forward = self.forward_rnn(inputs, initial_carry=carries[0], reverse=False, **common)
        back, backward = self.backward_rnn(inputs, initial_carry=carries[1], reverse=True, keep_order=True, **common)
        outputs = jax.tree.map(self.merge_fn, forward, backward)
        return ((ahead, back), outputs) if return_carry else outputs
