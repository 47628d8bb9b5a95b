# What modules of linen, nnx and Haiku have in common.


class _Block:
    def __init__(self, around, interceptor):
        self.around, self.interceptor = around, interceptor

    def __enter__(self):
        self.around.append(self.interceptor)

    def __exit__(self, *exception):
        self.around.pop()


class Interceptors:
    """Functions that stand around the methods of modules, in the blocks that say so."""

    def __init__(self):
        self.around = []

    def block(self, interceptor):
        return _Block(self.around, interceptor)

    def called(self, method, context):
        """The method inside the functions: each gets the next one, the arguments, and what `context(method)` gives."""
        if not self.around:
            return method
        known = context(method)

        def step(i):
            return method if i == len(self.around) else lambda *a, **k: self.around[i](step(i + 1), a, k, known)

        return step(0)


class RunOfSteps:
    """A call of an RNN: what comes before and after the steps. Options that are None are those of the module."""

    def __init__(self, rnn, inputs, seq_lengths, **options):
        given = {name: getattr(rnn, name) if value is None else value for name, value in options.items()}
        self.return_carry, self.time_major = given["return_carry"], given["time_major"]
        self.reverse, self.keep_order = given["reverse"], given["keep_order"]
        features = rnn.cell.num_feature_axes
        self.axis = 0 if self.time_major else inputs.ndim - features - 1
        self.batch = len(inputs.shape[1:-features] if self.time_major else inputs.shape[: self.axis])
        self.seq_lengths = seq_lengths
        self.inputs = self.turned(inputs) if self.reverse else inputs
        self.step_shape = inputs.shape[: self.axis] + inputs.shape[self.axis + 1 :]
        # With lengths, the last carry of each row is somewhere among all of them.
        self.every = seq_lengths is not None and self.return_carry
        self.out_axes = (0, self.axis) if self.every else self.axis

    def turned(self, x):
        flip = lambda y: flip_sequences(y, self.seq_lengths, num_batch_dims=self.batch, time_major=self.time_major)
        return jax.tree.map(flip, x)

    def step(self, cell, carry, x):
        carry, y = cell(carry, x)
        return (carry, (carry, y)) if self.every else (carry, y)

    def results(self, carry, outputs):
        if self.every:
            carries, outputs = outputs
            carry = last_carry(carries, self.seq_lengths)
        if self.reverse and self.keep_order:
            outputs = self.turned(outputs)
        return (carry, outputs) if self.return_carry else outputs


def attended(module, query, key, value, mask, dropout_rng, deterministic, sow_weights, **more):
    """What a module's function of attention gives, with the module's options."""
    options = dict(
        mask=mask,
        dropout_rng=dropout_rng,
        dropout_rate=module.dropout_rate,
        broadcast_dropout=module.broadcast_dropout,
        deterministic=deterministic,
        dtype=module.dtype,
        precision=module.precision,
        **more,
    )
    if sow_weights:
        options["module"] = module
    return module.attention_fn(query, key, value, **accepted(module.attention_fn, options))


def with_cache(keys, values, now, key, value, mask):
    """Keys and values of all steps with those of step `now`, and a mask of the steps so far."""
    *batch, length, _, _ = keys.shape
    zero = jnp.array(0, dtype=now.dtype)
    place = (zero,) * len(batch) + (now, zero, zero)
    seen = jnp.broadcast_to(jnp.arange(length) <= now, tuple(batch) + (1, 1, length))
    update = jax.lax.dynamic_update_slice
    return update(keys, key, place), update(values, value, place), combine_masks(mask, seen)
