# What objects hold, by nested keys.


def _entries(x):
    """The parts of an object or container that may hold variables, by key."""
    if isinstance(x, (List, Dict)):
        x = x.items_
    if isinstance(x, Pytree):
        return sorted(vars(x).items())
    if isinstance(x, State):
        x = x.mapping
    if isinstance(x, dict):
        return sorted(x.items())
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return list(zip(x._fields, x))
    return list(enumerate(x))


def _walk(x, path, seen, found):
    if isinstance(x, Variable):
        if id(x) not in seen:
            seen[id(x)] = x
            found.append((path, x))
    elif isinstance(x, Pytree) and id(x) in seen:
        return
    elif isinstance(x, (Pytree, State, dict, list, tuple)):
        if isinstance(x, Pytree):
            seen[id(x)] = x
            found.append((path, x))
        for key, part in _entries(x):
            if isinstance(part, jax.Array) and not isinstance(x, (State, tuple)):
                found.append((path + (key,), _Slot(x, key)))
            else:
                _walk(part, path + (key,), seen, found)


def _found(x):
    found = []
    _walk(x, (), {}, found)
    return found


def _variables_of(x):
    return [(path, v) for path, v in _found(x) if isinstance(v, Variable)]


def _objects_of(x):
    return [(path, v) for path, v in _found(x) if isinstance(v, Pytree)]


class State:
    """Variables by nested keys."""

    def __init__(self, mapping=()):
        self.mapping = {}
        source = mapping.mapping if isinstance(mapping, State) else dict(mapping)
        for key, value in source.items():
            self.mapping[key] = value.mapping if isinstance(value, State) else value

    @staticmethod
    def from_flat_path(flat):
        state = State()
        for path, leaf in dict(flat).items():
            place = state.mapping
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = leaf
        return state

    def flat_state(self):
        return [(path, leaf) for path, leaf in _leaves(self.mapping, ())]

    to_flat = flat_state

    def filter(self, first, *others):
        parts = [State.from_flat_path(part) for part in _parted(self.flat_state(), (first,) + others)]
        return parts[0] if not others else tuple(parts)

    split = filter

    @staticmethod
    def merge(first, *others):
        flat = {}
        for state in (first,) + others:
            flat.update(State(state).flat_state())
        return State.from_flat_path(flat)

    def to_pure_dict(self):
        return _pure(self.mapping)

    def __getitem__(self, key):
        value = self.mapping[key]
        if isinstance(value, dict):
            inner = State()
            inner.mapping = value
            return inner
        return value

    def __getattr__(self, name):
        if name == "mapping" or name not in self.mapping:
            raise AttributeError(name)
        return self[name]

    def __setitem__(self, key, value):
        self.mapping[key] = value.mapping if isinstance(value, State) else value

    def __contains__(self, key):
        return key in self.mapping

    def __len__(self):
        return len(self.mapping)

    def __iter__(self):
        return iter(self.mapping)

    def keys(self):
        return self.mapping.keys()

    def values(self):
        return [self[key] for key in self.mapping]

    def items(self):
        return [(key, self[key]) for key in self.mapping]

    def __repr__(self):
        return f"State({self.mapping!r})"


def _leaves(x, path):
    if not isinstance(x, dict):
        return [(path, x)]
    return [leaf for key, value in x.items() for leaf in _leaves(value, path + (key,))]


def _pure(x):
    return {key: _pure(value) for key, value in x.items()} if isinstance(x, dict) else _raw(x)


def _state_flatten(state):
    keys = sorted(state.mapping)
    return [(jax.tree_util.DictKey(key), state.mapping[key]) for key in keys], tuple(keys)


jax.tree_util.register_pytree_with_keys(
    State, _state_flatten, lambda keys, values: State(dict(zip(keys, values)))
)
GraphState = State


class _Test:
    def __init__(self, holds):
        self.holds = holds

    def __call__(self, path, x):
        return self.holds(path, x)


def _filter(f):
    if f is ... or f is True:
        return lambda path, x: True
    if f is None or f is False:
        return lambda path, x: False
    if isinstance(f, type):
        return lambda path, x: isinstance(x, f)
    if isinstance(f, str):
        return lambda path, x: isinstance(x, Variable) and x.metadata.get("tag") == f
    if isinstance(f, (list, tuple)):
        return Any_(*f)
    return f


def All(*filters):
    tests = [_filter(f) for f in filters]
    return _Test(lambda path, x: all(test(path, x) for test in tests))


def Any_(*filters):
    tests = [_filter(f) for f in filters]
    return _Test(lambda path, x: any(test(path, x) for test in tests))


def Not(collection_filter):
    test = _filter(collection_filter)
    return _Test(lambda path, x: not test(path, x))


def PathContains(key, exact=True):
    return _Test(lambda path, x: key in path if exact else any(key in str(part) for part in path))


def OfType(type):
    return _filter(type)


Any = Any_
Everything, Nothing = (lambda: _filter(...)), (lambda: _filter(None))


def _parted(flat, filters):
    """What each filter takes of what those before it leave; all has to go somewhere unless there is one."""
    tests = [_filter(f) for f in filters]
    parts = [{} for _ in tests]
    for path, leaf in [(path, _leaf_of(leaf)) for path, leaf in flat]:
        for test, part in zip(tests, parts):
            if test(path, leaf):
                part[path] = leaf
                break
    return parts


def state(node, *filters, graph=None):
    flat = [(path, v) for path, v in (node.flat_state() if isinstance(node, State) else _variables_of(node))]
    parts = [
        State.from_flat_path(part) for part in _parted(flat, filters or (...,))
    ]
    return parts[0] if len(parts) == 1 else tuple(parts)


def variables(node, *filters):
    parts = [State.from_flat_path(part) for part in _parted(_variables_of(node), filters or (...,))]
    return parts[0] if len(parts) == 1 else tuple(parts)


class GraphDef:
    """The structure of objects without the values of their variables."""

    def __init__(self, node):
        self.node = node

    def apply(self, state, *states):
        return _Applied(self, (state, *states))


jax.tree_util.register_static(GraphDef)


def graphdef(node, *, graph=None):
    return GraphDef(node)


def split(node, *filters, graph=None):
    parts = state(node, *filters)
    return (GraphDef(_copied(node, {})),) + (parts if isinstance(parts, tuple) else (parts,))


def _copied(x, known):
    if isinstance(x, Variable) or isinstance(x, Pytree):
        if id(x) not in known:
            copy = bare(type(x))
            known[id(x)] = copy
            for name, value in vars(x).items():
                object.__setattr__(copy, name, value if isinstance(x, Variable) else _copied(value, known))
        return known[id(x)]
    if isinstance(x, list):
        return [_copied(part, known) for part in x]
    if isinstance(x, dict):
        return {key: _copied(part, known) for key, part in x.items()}
    if isinstance(x, tuple):
        parts = [_copied(part, known) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    return x


def clone(node, variables=True, *, arrays=True, graph=None):
    return _copied(node, {})


def merge(graphdef, first, *others, **options):
    """The object of that structure whose variables are those of the states."""
    leaves, known = {}, {}
    for part in (first,) + others:
        leaves.update(part.flat_state() if isinstance(part, State) else _leaves(part, ()))
    for path, v in _variables_of(graphdef.node):
        if path not in leaves:
            raise ValueError(f"the state lacks {'.'.join(str(key) for key in path)}, which the object has")
        leaf = leaves[path]
        if not isinstance(v, _Slot):
            known[id(v)] = leaf if isinstance(leaf, Variable) else v.replace(leaf)
    made = _copied(graphdef.node, known)
    for path, v in _variables_of(made):
        if isinstance(v, _Slot):
            v.value = _raw(leaves[path])
    return made


def update(node, first, *others):
    known = dict(_variables_of(node))
    for part in (first,) + others:
        for path, leaf in part.flat_state() if isinstance(part, State) else _leaves(part, ()):
            if path not in known:
                raise ValueError(f"the state has {'.'.join(str(key) for key in path)}, which the object has not")
            known[path].value = _raw(leaf)


def pop(node, *filters):
    removed = _parted(_variables_of(node), filters)
    for part in removed:
        for path in part:
            owner = node
            for key in path[:-1]:
                owner = dict(_entries(owner))[key]
            delattr(owner, path[-1])
    parts = [State.from_flat_path(part) for part in removed]
    return parts[0] if len(parts) == 1 else tuple(parts)


def to_pure_dict(state, extract_fn=None):
    if extract_fn is not None:
        state = State.from_flat_path({path: extract_fn(leaf) for path, leaf in State(state).flat_state()})
    return State(state).to_pure_dict()


def to_flat_state(state):
    return State(state).flat_state()


def from_flat_state(flat_state, *, cls=State):
    return cls.from_flat_path(flat_state)


def as_pure(tree):
    return jax.tree.map(_raw, tree, is_leaf=lambda x: isinstance(x, Variable))


def replace_by_pure_dict(state, pure_dict, replace_fn=None):
    for path, leaf in _leaves(pure_dict, ()):
        known = dict(state.flat_state())[path]
        new = leaf if replace_fn is None else replace_fn(known, leaf)
        known.value = new.value if isinstance(new, Variable) else new


def view(node, raise_if_not_found=True, **attributes):
    copy = _copied(node, {id(v): v for _, v in _variables_of(node) if not isinstance(v, _Slot)})
    copy.set_attributes(raise_if_not_found=raise_if_not_found, **attributes)
    return copy


def display(*args):
    pass
