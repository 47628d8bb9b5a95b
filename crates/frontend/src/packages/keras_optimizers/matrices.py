# Optimizers that treat matrices as a whole.


class Adafactor(keras.optimizers.Optimizer):
    # Of matrices only sums of rows and columns of squared gradients are remembered.
    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_2_decay, self.clip_threshold, self.relative_step = beta_2_decay, clip_threshold, relative_step
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self._constant = not callable(learning_rate)

    def get_config(self):
        names = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._rows, self._columns, self._squares = [], [], []
        for variable in variables:
            shape, dtype = tuple(variable.shape), variable.dtype
            matrix = len(shape) > 1
            # What has no rows and columns gets a number in their place, which stays 0.
            rows, columns = (shape[:-1], shape[:-2] + shape[-1:]) if matrix else ((), ())
            dtype = dtype if matrix else "int32"
            name = variable.name if matrix else "/" + variable.name
            self._rows.append(self.add_variable(rows, dtype=dtype, name=name))
            self._columns.append(self.add_variable(columns, dtype=dtype, name=name))
            self._squares.append(self.add_variable_from_reference(variable, name="velocity"))

    def update_step(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        gradient, rate = ops.cast(gradient, dtype), ops.cast(learning_rate, dtype)
        step = ops.cast(self.iterations + 1, dtype)
        index = self._get_variable_index(variable)
        rows, columns, squares = self._rows[index], self._columns[index], self._squares[index]
        size = lambda x: ops.sqrt(ops.mean(ops.square(x)))
        slower = 1 / ops.sqrt(step)
        if self._constant and self.relative_step:
            rate = ops.minimum(rate, slower)
        scale = ops.maximum(ops.cast(self.epsilon_2, dtype), size(variable)) * ops.minimum(rate, slower)
        kept = 1 - ops.power(step, self.beta_2_decay)
        square = ops.square(gradient) + self.epsilon_1
        if len(variable.shape) > 1:
            self.assign(rows, kept * rows + (1 - kept) * ops.mean(square, axis=-1))
            self.assign(columns, kept * columns + (1 - kept) * ops.mean(square, axis=-2))
            share = rows / ops.mean(rows, axis=-1, keepdims=True)
            self.assign(squares, share[..., None] * ops.expand_dims(columns, -2))
        else:
            self.assign(squares, kept * squares + (1 - kept) * square)
        direction = gradient / ops.sqrt(squares)
        excess = ops.maximum(ops.cast(1.0, dtype), size(direction) / self.clip_threshold)
        self.assign_sub(variable, scale * direction / excess)


class Muon(keras.optimizers.Optimizer):
    # Matrices move along their momentum made orthogonal, all else by AdamW.
    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.7750,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        for word in exclude_layers or []:
            if any(c in "\\.^$*+?{}[]|()" for c in word):
                raise NotImplementedError(f"`exclude_layers` takes parts of paths only, found the pattern {word!r}")
        # Decay differs between the two rules, so that it is part of them.
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.decay, self.adam_weight_decay = weight_decay, adam_weight_decay
        self.beta_1, self.beta_2, self.epsilon = adam_beta_1, adam_beta_2, epsilon
        self.exclude_layers, self.exclude_embeddings = exclude_layers or [], exclude_embeddings
        self.polynomial = muon_a, muon_b, muon_c
        self.adam_lr_ratio, self.rms_rate = adam_lr_ratio, rms_rate
        self.momentum, self.ns_steps, self.nesterov = momentum, ns_steps, nesterov
        self._undecayed = []

    def get_config(self):
        names = ("epsilon", "exclude_layers", "adam_lr_ratio", "momentum", "ns_steps", "nesterov", "exclude_embeddings")
        own = {name: getattr(self, name) for name in (*names, "adam_weight_decay", "rms_rate")}
        own |= dict(zip(("muon_a", "muon_b", "muon_c"), self.polynomial))
        betas = {"adam_beta_1": self.beta_1, "adam_beta_2": self.beta_2}
        return {**super().get_config(), "weight_decay": self.decay, **betas, **own}

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        super().exclude_from_weight_decay(var_list, var_names)
        self._undecayed = list(var_names or [])

    def _by_adam(self, variable):
        excluded = self.exclude_embeddings and "embedding" in variable.path.lower()
        named = any(word in variable.path for word in self.exclude_layers)
        return len(variable.shape) != 2 or excluded or named

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._first, self._second = [], []
        for variable in variables:
            self._first.append(self.add_variable_from_reference(variable, name="momentum"))
            adam = self._by_adam(variable)
            self._second.append(self.add_variable_from_reference(variable, name="velocity") if adam else None)

    def update_step(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        gradient, rate = ops.cast(gradient, dtype), ops.cast(learning_rate, dtype)
        index = self._get_variable_index(variable)
        m, v = self._first[index], self._second[index]
        decay = self.decay if v is None else self.adam_weight_decay
        if decay is not None and not any(word in variable.name for word in self._undecayed):
            self.assign_sub(variable, variable * decay * rate)
        if v is None:
            self.assign(m, self.momentum * m + gradient)
            direction = self._orthogonal(gradient + self.momentum * m if self.nesterov else m)
            if self.rms_rate is not None:
                direction = direction * (max(variable.shape) ** 0.5 * self.rms_rate)
            self.assign_sub(variable, rate * direction)
            return
        step = ops.cast(self.iterations + 1, dtype)
        corrected = lambda beta: 1 - ops.power(ops.cast(beta, dtype), step)
        rate = rate * self.adam_lr_ratio * ops.sqrt(corrected(self.beta_2)) / corrected(self.beta_1)
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(gradient) - v) * (1 - self.beta_2))
        self.assign_sub(variable, m * rate / (ops.sqrt(v) + self.epsilon))

    def _orthogonal(self, x):
        # Newton-Schulz iterations bring all singular values near 1.
        a, b, c = self.polynomial
        tall = x.shape[-2] > x.shape[-1]
        x = ops.transpose(x) if tall else x
        x = x / (ops.norm(x, axis=(-2, -1), keepdims=True) + 1e-7)
        for _ in range(self.ns_steps):
            gram = ops.matmul(x, ops.transpose(x))
            x = a * x + ops.matmul(b * gram + c * ops.matmul(gram, gram), x)
        return ops.transpose(x) if tall else x
