# Functions of objects and their states.


def identity(x):
    return x


def map_state(f, state):
    return State.from_flat_path({path: f(path, leaf) for path, leaf in State(state).flat_state()})


def map(f, node, *, graph=None, recreate_variables=True):
    """A copy of the object with `f(path, variable)` in place of its variables."""
    definition, values = split(node)
    return merge(definition, map_state(f, values))


def filter_state(state, first, *filters):
    return State(state).filter(first, *filters)


split_state = filter_state


def merge_state(state, *states):
    return State.merge(state, *states)


def iter_graph(node, *, graph=None):
    return [(path, _leaf_of(part)) for path, part in _found(node)]


def iter_modules(node, *, graph=None):
    return [(path, x) for path, x in _objects_of(node) if isinstance(x, Module)]


def iter_children(node, *, graph=None):
    return [(name, value) for name, value in _entries(node) if isinstance(value, Module)]


def find_duplicates(node, *, only=...):
    """The paths of each object or variable that the object holds more than once."""
    test, places = _filter(only), {}

    def walk(x, path):
        shared = isinstance(x, (Pytree, Variable))
        if shared and test(path, x):
            places.setdefault(id(x), []).append(path)
            if len(places[id(x)]) > 1:
                return
        if isinstance(x, (Pytree, State, dict, list, tuple)):
            for key, part in _entries(x):
                walk(part, path + (key,))

    walk(node, ())
    return [paths for paths in places.values() if len(paths) > 1]


pure = as_pure


class EMA(Pytree):
    """Averages of an object's variables over the steps of training."""

    def __init__(self, params, decay, *, only=..., graph=None):
        self.decay, self.filter = decay, only
        self.params = map_state(lambda path, v: v.copy(), state(params, only))

    def update(self, updates):
        new = dict(state(updates, self.filter).flat_state())
        for path, v in self.params.flat_state():
            v.value = self.decay * v.value + (1.0 - self.decay) * _raw(new[path])

    def apply_to(self, model):
        """A copy of the model whose variables are the averages."""
        own = dict(self.params.flat_state())
        return _copied(model, {id(v): own.get(path, v) for path, v in _variables_of(model) if not isinstance(v, _Slot)})


class _Applied:
    """What `graphdef.apply(state)` gives: the module made of it, to be called as a whole or by a method."""

    def __init__(self, definition, states, path=()):
        self.definition, self.states, self.path = definition, states, path

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Applied(self.definition, self.states, self.path + (name,))

    def __call__(self, *args, **kwargs):
        module = merge(self.definition, *self.states)
        method = functools.reduce(getattr, self.path, module)
        return method(*args, **kwargs), split(module)


class TrainState(struct.PyTreeNode):
    graphdef: object
    params: object
    opt_state: object
    step: object
    tx: object = struct.field(pytree_node=False)

    @classmethod
    def create(cls, graphdef, *, params, tx, step=0, **kwargs):
        return cls(
            graphdef=graphdef, params=params, opt_state=tx.init(params), step=jnp.asarray(step), tx=tx, **kwargs
        )

    def apply(self, state, *states):
        return self.graphdef.apply(*[getattr(self, s) if isinstance(s, str) else s for s in (state, *states)])

    def apply_gradients(self, grads, **kwargs):
        updates, opt_state = self.tx.update(grads, self.opt_state, self.params)
        params = jax.tree.map(lambda p, u: jnp.asarray(p + u).astype(jnp.asarray(p).dtype), self.params, updates)
        return self.replace(params=params, opt_state=opt_state, step=self.step + 1, **kwargs)


def tabulate(obj, *args, **kwargs):
    return only_printed("tabulate")
