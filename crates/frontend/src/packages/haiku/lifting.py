# Functions of other transforms, whose parameters become those of this one.


class LiftingModule(Module):
    def __init__(self, init_fn, transparent=False, allow_reuse=False, name="lifted"):
        super().__init__(name=name)
        self.init_fn, self.allow_reuse = init_fn, allow_reuse
        self.prefix = self.module_name.rpartition("/")[0] if transparent else self.module_name
        self.prefix = self.prefix + "/" if self.prefix else ""

    def __call__(self, *args, **kwargs):
        frame = _frame()
        if frame.creates:
            params, state = self.init_fn(*args, **kwargs)
            for bundles, others in ((frame.params, params), (frame.state, _pairs(state))):
                for bundle, entries in others.items():
                    name = self.prefix + bundle
                    if name in bundles and not self.allow_reuse:
                        raise ValueError(
                            f"Key '{name}' already exists in the destination params. To prevent accidental parameter "
                            "re-use during lift, you can't re-use a parameter already defined in the outer scope."
                        )
                    bundles.setdefault(name, {}).update(entries)
            return params, state
        return self._own(frame.params), self._own(get_current_state())

    @transparent
    def _own(self, bundles):
        n = len(self.prefix)
        return {name[n:]: dict(entries) for name, entries in bundles.items() if name.startswith(self.prefix)}


class LiftWithStateUpdater:
    def __init__(self, name):
        self.prefix = name

    def ignore_update(self):
        pass

    def update(self, state):
        entries = {self.prefix + bundle: values for bundle, values in state.items()}
        known = get_initial_state()
        frame = _frame()
        for bundle, values in entries.items():
            first = known.get(bundle, {})
            pairs = {name: (first.get(name, value), value) for name, value in values.items()}
            frame.state.setdefault(bundle, {}).update(pairs)


def _stateless(init_fn):
    return lambda *args, **kwargs: (init_fn(*args, **kwargs), {})


def lift_with_state(init_fn, *, allow_reuse=False, name="lifted"):
    lifted = LiftingModule(init_fn, allow_reuse=allow_reuse, name=name)
    return lifted, LiftWithStateUpdater(lifted.prefix)


def transparent_lift_with_state(init_fn, *, allow_reuse=False):
    lifted = LiftingModule(init_fn, transparent=True, allow_reuse=allow_reuse)
    return lifted, LiftWithStateUpdater(lifted.prefix)


def lift(init_fn, *, allow_reuse=False, name="lifted"):
    lifted = LiftingModule(_stateless(init_fn), allow_reuse=allow_reuse, name=name)
    return lambda *args, **kwargs: lifted(*args, **kwargs)[0]


def transparent_lift(init_fn, *, allow_reuse=False):
    lifted = LiftingModule(_stateless(init_fn), transparent=True, allow_reuse=allow_reuse)
    return lambda *args, **kwargs: lifted(*args, **kwargs)[0]


class LayerStackTransparencyMapping:
    def stacked_to_flat(self, stacked_module_name, scan_idx):
        raise NotImplementedError

    def flat_to_stacked(self, unstacked_module_name):
        raise NotImplementedError


def _unstacked(bundles, count, names):
    return {
        names.stacked_to_flat(bundle, i): jax.tree.map(lambda x: x[i], entries)
        for bundle, entries in bundles.items()
        for i in range(count)
    }


def _stacked(bundles, count, names):
    layers = [{} for _ in range(count)]
    for bundle, entries in bundles.items():
        place = names.flat_to_stacked(bundle)
        if place is not None:
            layers[place[1]].setdefault(place[0], {}).update(entries)
    return jax.tree.map(lambda *xs: jnp.stack(xs, axis=0), *layers)


def layer_stack(
    num_layers, with_per_layer_inputs=False, unroll=1, pass_reverse_to_layer_fn=False, transparent=False,
    transparency_map=None, name=None,
):
    """One layer applied again and again, with parameters of its own each time: rows of one array."""
    if transparent and transparency_map is None:
        raise ValueError("transparency_map must be provided with transparent=True.")
    kind = "__layer_stack_with_per_layer" if with_per_layer_inputs else "__layer_stack_no_per_layer"
    names = transparency_map

    def iterate(f):
        def layer(x, *ys, **kwargs):
            if with_per_layer_inputs:
                return f(x, *ys, **kwargs)
            out = f(*x, **kwargs)
            return (out,) if len(x) == 1 else out, None

        def applied(x, ys, reverse):
            one = transform_with_state(layer)

            def first(carry, y):
                c, rng = carry
                of_init, rng, of_apply = (None,) * 3 if rng is None else jax.random.split(rng, 3)
                params, state = one.init(of_init, c, *y)
                (c, _), state = one.apply(params, state, of_apply, c, *y)
                return (c, rng), (params, state)

            def made(x, rng):
                _, (params, state) = jax.lax.scan(first, (x, rng), ys, length=num_layers)
                if names is None:
                    return params, state
                return _unstacked(params, num_layers, names), _unstacked(state, num_layers, names)

            rng = maybe_next_rng_key()
            if names is None:
                lifted, updater = lift_with_state(made, allow_reuse=True, name=name or kind)
            else:
                lifted, updater = transparent_lift_with_state(made, allow_reuse=True)
            params, state = lifted(x, rng)
            if names is not None:
                params, state = _stacked(params, num_layers, names), _stacked(state, num_layers, names)
            more = {"reverse": reverse} if pass_reverse_to_layer_fn else {}

            def step(c, scanned):
                params, state, key, y = scanned
                (c, z), state = one.apply(params, state, key, c, *y, **more)
                return c, (z, state)

            rng = maybe_next_rng_key()
            keys = None if rng is None else jax.random.split(rng, num_layers)
            c, (zs, states) = jax.lax.scan(
                step, x, (params, state, keys, ys), length=num_layers, reverse=reverse, unroll=unroll
            )
            updater.update(states)
            return c, zs

        @functools.wraps(f)
        def stacked(*args, reverse=False):
            if with_per_layer_inputs:
                return applied(args[0], args[1:], reverse)
            out, _ = applied(args, (), reverse)
            return out[0] if len(args) == 1 else out

        return stacked

    return iterate
