# Recurrent cores and what runs them.

LSTMState = namedtuple("LSTMState", ["hidden", "cell"])


class RNNCore(Module):
    pass


def add_batch(nest, batch_size):
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (batch_size,) + x.shape), nest)


def _for_batch(state, batch_size):
    return state if batch_size is None else add_batch(state, batch_size)


def _lstm_step(gates, state):
    """Output and state of the gates, which lie one after the other on the last axis."""
    i, g, f, o = jnp.split(gates, 4, axis=-1)
    c = jax.nn.sigmoid(f + 1) * state.cell + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return h, LSTMState(h, c)


class VanillaRNN(RNNCore):
    def __init__(self, hidden_size, double_bias=True, name=None):
        super().__init__(name=name)
        self.hidden_size, self.double_bias = hidden_size, double_bias

    def __call__(self, inputs, prev_state):
        of_input, of_state = Linear(self.hidden_size), Linear(self.hidden_size, with_bias=self.double_bias)
        out = jax.nn.relu(of_input(inputs) + of_state(prev_state))
        return out, out

    def initial_state(self, batch_size):
        return _for_batch(jnp.zeros([self.hidden_size]), batch_size)


class LSTM(RNNCore):
    def __init__(self, hidden_size, name=None):
        super().__init__(name=name)
        self.hidden_size = hidden_size

    def __call__(self, inputs, prev_state):
        if inputs.ndim not in (1, 2):
            raise ValueError("LSTM input must be rank-1 or rank-2.")
        gated = Linear(4 * self.hidden_size)(jnp.concatenate([inputs, prev_state.hidden], axis=-1))
        return _lstm_step(gated, prev_state)

    def initial_state(self, batch_size):
        zeros = jnp.zeros([self.hidden_size])
        return _for_batch(LSTMState(zeros, zeros), batch_size)


class GRU(RNNCore):
    def __init__(self, hidden_size, w_i_init=None, w_h_init=None, b_init=None, name=None):
        super().__init__(name=name)
        scaled = _initializers().VarianceScaling
        self.hidden_size, self.b_init = hidden_size, b_init or jnp.zeros
        self.w_i_init, self.w_h_init = w_i_init or scaled(), w_h_init or scaled()

    def __call__(self, inputs, state):
        if inputs.ndim not in (1, 2):
            raise ValueError("GRU input must be rank-1 or rank-2.")
        n, dtype = self.hidden_size, inputs.dtype
        w_i = get_parameter("w_i", [inputs.shape[-1], 3 * n], dtype, init=self.w_i_init)
        w_h = get_parameter("w_h", [n, 3 * n], dtype, init=self.w_h_init)
        b = get_parameter("b", [3 * n], dtype, init=self.b_init)
        of_input = jnp.matmul(inputs, w_i)
        gates = of_input[..., : 2 * n] + jnp.matmul(state, w_h[:, : 2 * n]) + b[: 2 * n]
        z, r = jnp.split(jax.nn.sigmoid(gates), 2, axis=-1)
        a = jnp.tanh(of_input[..., 2 * n :] + jnp.matmul(r * state, w_h[:, 2 * n :]) + b[2 * n :])
        state = (1 - z) * state + z * a
        return state, state

    def initial_state(self, batch_size):
        return _for_batch(jnp.zeros([self.hidden_size]), batch_size)


class IdentityCore(RNNCore):
    def __call__(self, inputs, state):
        return inputs, state

    def initial_state(self, batch_size):
        return ()


def _conv_lstm(n):
    class ConvNDLSTM(RNNCore):
        def __init__(self, input_shape, output_channels, kernel_shape, name=None):
            super().__init__(name=f"conv{n}_dlstm" if name is None else name)
            self.input_shape, self.output_channels = tuple(input_shape), output_channels
            self.kernel_shape = kernel_shape

        def __call__(self, inputs, state):
            conv = lambda name: ConvND(n, 4 * self.output_channels, self.kernel_shape, name=name)
            of_input, of_state = conv("input_to_hidden"), conv("hidden_to_hidden")
            return _lstm_step(of_input(inputs) + of_state(state.hidden), state)

        def initial_state(self, batch_size):
            zeros = jnp.zeros(self.input_shape + (self.output_channels,))
            return _for_batch(LSTMState(zeros, zeros), batch_size)

    return ConvNDLSTM


Conv1DLSTM, Conv2DLSTM, Conv3DLSTM = _conv_lstm(1), _conv_lstm(2), _conv_lstm(3)


class ResetCore(RNNCore):
    """A core whose inputs tell, beside them, where the state starts anew."""

    def __init__(self, core, name=None):
        super().__init__(name=name)
        self.core = core

    def __call__(self, inputs, state):
        inputs, resets = inputs
        if jax.tree.structure(resets) == jax.tree.structure(0):
            resets = jax.tree.map(lambda _: resets, state)
        leaves, fresh = jax.tree.leaves(state), jax.tree.leaves(self.initial_state(1))
        batched = leaves and all(b.shape[1:] == s.shape[1:] for b, s in zip(fresh, leaves))
        start = self.initial_state(jax.tree.leaves(inputs)[0].shape[0] if batched else None)

        def reset(where, fresh, s):
            if where.shape != s.shape[: where.ndim]:
                raise ValueError(
                    f"should_reset signal shape {where.shape} is not compatible with state shape {s.shape}"
                )
            where = jnp.reshape(where, where.shape + (1,) * (s.ndim - where.ndim))
            return jnp.where(where, fresh.astype(s.dtype), s)

        return self.core(inputs, jax.tree.map(reset, resets, start, state))

    def initial_state(self, batch_size):
        return self.core.initial_state(batch_size)


class _DeepRNN(RNNCore):
    def __init__(self, layers, skip_connections, name=None):
        super().__init__(name=name)
        self.layers, self.skip_connections = layers, skip_connections
        if skip_connections and not all(isinstance(layer, RNNCore) for layer in layers):
            raise ValueError(f"skip_connections requires for all layers to be `hk.RNNCore`s. Layers is: {layers}")

    def __call__(self, inputs, state):
        joined = lambda *xs: jnp.concatenate(xs, axis=-1)
        states, later, outputs, x = list(state), [], [], inputs
        for i, layer in enumerate(self.layers):
            if self.skip_connections and i > 0:
                x = jax.tree.map(joined, inputs, x)
            if isinstance(layer, RNNCore):
                x, new = layer(x, states.pop(0))
                later.append(new)
                outputs.append(x)
            else:
                x = layer(x)
        return (jax.tree.map(joined, *outputs) if self.skip_connections else x), tuple(later)

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.layers if isinstance(layer, RNNCore))


class DeepRNN(_DeepRNN):
    def __init__(self, layers, name=None):
        super().__init__(layers, False, name=name)


def deep_rnn_with_skip_connections(layers, name=None):
    return _DeepRNN(layers, True, name=name)


def dynamic_unroll(
    core, input_sequence, initial_state, time_major=True, reverse=False, return_all_states=False, unroll=1
):
    def step(state, x):
        out, state = core(x, state)
        return state, ((out, state) if return_all_states else out)

    swapped = lambda tree: jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), tree)
    xs = input_sequence if time_major else swapped(input_sequence)
    last, outs = scan(step, initial_state, xs, reverse=reverse, unroll=unroll)
    outs = outs if time_major else swapped(outs)
    return (outs[0], outs[1]) if return_all_states else (outs, last)


def static_unroll(core, input_sequence, initial_state, time_major=True):
    axis = 0 if time_major else 1
    outs, state = [], initial_state
    for i in range(jax.tree.leaves(input_sequence)[0].shape[axis]):
        out, state = core(jax.tree.map(lambda x: jnp.take(x, i, axis=axis), input_sequence), state)
        outs.append(out)
    return jax.tree.map(lambda *xs: jnp.stack(xs, axis=axis), *outs), state
