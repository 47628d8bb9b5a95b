# Optimizers and metrics.


class Optimizer(Pytree):
    def __init__(self, model, tx, *, wrt=None):
        if wrt is None:
            raise TypeError(
                "Missing required argument `wrt`. As of Flax 0.11.0 the `wrt` argument is required: "
                "nnx.Optimizer(model, tx, wrt=nnx.Param)"
            )
        self.step = OptState(jnp.array(0, dtype=jnp.uint32))
        self.tx = _Static(tx)
        self.wrt = wrt
        self.opt_state = jax.tree.map(OptVariable, tx.init(as_pure(state(model, wrt))))

    def update(self, model, grads, **kwargs):
        params = as_pure(state(model, self.wrt))
        gradients = as_pure(state(grads, self.wrt)) if isinstance(grads, (State, Pytree)) else grads
        slots = [v for _, v in _variables_of(self.opt_state)]
        updates, opt_state = self.tx.value.update(gradients, as_pure(self.opt_state), params, **as_pure(kwargs))
        update(model, jax.tree.map(lambda p, u: jnp.asarray(p + u).astype(jnp.asarray(p).dtype), params, updates))
        leaves = jax.tree.leaves(opt_state)
        for slot, leaf in zip(jax.tree.leaves(self.opt_state, is_leaf=lambda x: isinstance(x, Variable)), leaves):
            slot.value = leaf
        self.step.value = self.step.value + 1
        return updates


class _Static:
    """Something that holds no variables."""

    def __init__(self, value):
        self.value = value

    def __getattr__(self, name):
        if name == "value":
            raise AttributeError(name)
        return getattr(self.value, name)


class ModelAndOptimizer(Optimizer):
    def __init__(self, model, tx, *, wrt=Param):
        super().__init__(model, tx, wrt=wrt)
        self.model = model

    def update(self, grads, **kwargs):
        return super().update(self.model, grads, **kwargs)


class Metric(Pytree):
    pass


class Average(Metric):
    def __init__(self, argname="values"):
        self.argname = argname
        self.total = MetricState(jnp.array(0, dtype=jnp.float32))
        self.count = MetricState(jnp.array(0, dtype=jnp.int32))

    def reset(self):
        self.total.value = jnp.array(0, dtype=jnp.float32)
        self.count.value = jnp.array(0, dtype=jnp.int32)

    def update(self, mask=None, **kwargs):
        if self.argname not in kwargs:
            raise TypeError(f"Expected keyword argument '{self.argname}'")
        values = kwargs[self.argname]
        if isinstance(values, (int, float)):
            self.total.value = self.total.value + values
            self.count.value = self.count.value + 1
        elif mask is None:
            self.total.value = self.total.value + values.sum()
            self.count.value = self.count.value + values.size
        else:
            self.total.value = self.total.value + (values * mask.astype(values.dtype)).sum()
            self.count.value = self.count.value + mask.sum().astype(self.count.value.dtype)

    def compute(self):
        return self.total.value / self.count.value


class Accuracy(Average):
    def __init__(self, threshold=None, *args, **kwargs):
        self.threshold = threshold
        super().__init__(*args, **kwargs)

    def update(self, *, logits, labels, mask=None, **others):
        if self.threshold is not None:
            super().update(values=(logits >= self.threshold) == (labels > 0), mask=mask)
        elif logits.ndim != labels.ndim + 1:
            raise ValueError(
                "For multi-class classification, expected logits.ndim==labels.ndim+1, "
                f"got {logits.ndim} and {labels.ndim}"
            )
        else:
            super().update(values=logits.argmax(axis=-1) == labels, mask=mask)


class Welford(Metric):
    def __init__(self, argname="values"):
        self.argname = argname
        self.reset()

    def reset(self):
        self.count = MetricState(jnp.array(0, dtype=jnp.int32))
        self.mean = MetricState(jnp.array(0, dtype=jnp.float32))
        self.m2 = MetricState(jnp.array(0, dtype=jnp.float32))

    def update(self, **kwargs):
        values = jnp.asarray(kwargs[self.argname])
        before = self.count.value
        self.count.value = before + values.size
        delta = values.mean() - self.mean.value
        self.mean.value = self.mean.value + delta * values.size / self.count.value
        spread = values.var() * values.size + delta * delta * values.size * before / self.count.value
        self.m2.value = self.m2.value + spread

    def compute(self):
        deviation = (self.m2.value / self.count.value) ** 0.5
        return Statistics(self.mean.value, deviation / self.count.value**0.5, deviation)


class Statistics:
    def __init__(self, mean, standard_error_of_mean, standard_deviation):
        self.mean = mean
        self.standard_error_of_mean = standard_error_of_mean
        self.standard_deviation = standard_deviation


class MultiMetric(Metric):
    def __init__(self, **metrics):
        self._metric_names = tuple(metrics)
        for name, metric in metrics.items():
            setattr(self, name, metric)

    def reset(self):
        for name in self._metric_names:
            getattr(self, name).reset()

    def update(self, **updates):
        mask = updates.pop("mask", None)
        for name in self._metric_names:
            own = mask.get(name) if isinstance(mask, dict) else mask
            more = {} if own is None else {"mask": own}
            getattr(self, name).update(**updates, **more)

    def compute(self):
        return {name: getattr(self, name).compute() for name in self._metric_names}
