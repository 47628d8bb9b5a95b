# Objects and the variables that they hold.


class Pytree:
    def __init_subclass__(cls, pytree=True, **kwargs):
        if pytree:
            _make_object_node(cls)

    def __repr__(self):
        return f"{type(self).__name__}(...)"


def is_data(value):
    """Whether an attribute with this value is part of the object's tree, rather than of its structure."""
    if is_host(value) or isinstance(value, (type, str)):
        return False
    if isinstance(value, (list, tuple, dict)):
        return any(is_data(leaf) for leaf in jax.tree.leaves(value, is_leaf=_holds_values))
    return isinstance(value, (Pytree, Variable, State)) or (hasattr(value, "shape") and hasattr(value, "dtype"))


def _parts(node):
    """The attributes of an object that are its tree, and the others."""
    if isinstance(node, List):
        return list(enumerate(node.items_)), []
    if isinstance(node, Dict):
        return sorted(node.items_.items()), []
    known = sorted(vars(node).items())
    inside = [(name, value) for name, value in known if is_data(value)]
    return inside, [(name, value) for name, value in known if all(name != other for other, _ in inside)]


def _structure(inside, outside):
    return tuple(name for name, _ in inside), tuple(outside)


def _make_object_node(cls):
    def flatten_with_keys(node):
        inside, outside = _parts(node)
        key = jax.tree_util.SequenceKey if isinstance(node, List) else jax.tree_util.GetAttrKey
        return [(key(name), value) for name, value in inside], _structure(inside, outside)

    def flatten(node):
        inside, outside = _parts(node)
        return [value for _, value in inside], _structure(inside, outside)

    def unflatten(structure, values):
        node = bare(cls)
        names, others = structure
        if issubclass(cls, List):
            node.items_ = list(values)
        elif issubclass(cls, Dict):
            node.items_ = dict(zip(names, values))
        else:
            for name, value in list(others) + list(zip(names, values)):
                object.__setattr__(node, name, value)
        return node

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)


Object = Pytree


def data(value=dataclasses.MISSING, **options):
    return dataclasses.field(**options) if value is dataclasses.MISSING else value


static = data


def dataclass(cls=None, **options):
    if cls is None:
        return functools.partial(dataclass, **options)
    return dataclasses.dataclass(**{"eq": False, "repr": False, **options})(cls)


class Module(Pytree):
    def sow(self, variable_type, name, value, reduce_fn=lambda xs, x: xs + (x,), init_fn=lambda: ()):
        if hasattr(self, "__captures__"):
            taken = _capture(self, variable_type)
            if taken is None:
                return False
            before = taken.value[name] if name in taken.value else init_fn()
            taken.value = {**taken.value, name: reduce_fn(before, value)}
        elif hasattr(self, name):
            known = getattr(self, name)
            if not isinstance(known, Variable):
                raise ValueError(f"Expected '{name}' to be a Variable, got {type(known).__name__}")
            if type(known) != variable_type:
                raise ValueError(_of_type(name, known, variable_type))
            known.value = reduce_fn(known.value, value)
        else:
            setattr(self, name, variable_type(reduce_fn(init_fn(), value)))
        return True

    def perturb(self, name, value, variable_type=Perturbation):
        if hasattr(self, "__captures__"):
            taken = _capture(self, variable_type)
            if taken is None:
                return value
            if name not in taken.value:
                taken.value = {**taken.value, name: jax.tree.map(jnp.zeros_like, value)}
            return taken.value[name] + value
        if hasattr(self, name):
            known = getattr(self, name)
            if not isinstance(known, variable_type):
                raise ValueError(_of_type(name, known, variable_type))
        else:
            setattr(self, name, variable_type(jax.tree.map(jnp.zeros_like, value)))
        return getattr(self, name).value + value

    def iter_modules(self):
        return list(_objects_of(self))

    def iter_children(self):
        return [(name, value) for name, value in sorted(vars(self).items()) if isinstance(value, Module)]

    def set_attributes(self, *filters, raise_if_not_found=True, **attributes):
        chosen = [_filter(f) for f in filters]
        found = set()
        for path, module in _objects_of(self):
            if chosen and not any(f(path, module) for f in chosen):
                continue
            for name, value in attributes.items():
                if name in vars(module):
                    setattr(module, name, value)
                    found.add(name)
        missing = [name for name in attributes if name not in found]
        if raise_if_not_found and missing:
            raise ValueError(f"Could not find at least one instance of the following attributes: {missing}")

    def train(self, **attributes):
        self.set_attributes(
            deterministic=False, use_running_average=False, raise_if_not_found=False, **attributes
        )

    def eval(self, **attributes):
        self.set_attributes(
            deterministic=True, use_running_average=True, raise_if_not_found=False, **attributes
        )


def _of_type(name, known, variable_type):
    return f"Expected '{name}' to be of type '{variable_type.__name__}', got '{type(known).__name__}'"


def _capture(module, variable_type):
    """The variable in which `nnx.capture` keeps what the module has of that type, if it does."""
    kept = [v for v in module.__captures__ if type(v) == variable_type]
    return kept[0] if kept else None


class List(Module):
    def __init__(self, items=()):
        self.items_ = list(items)

    def append(self, item):
        self.items_.append(item)

    def extend(self, items):
        self.items_.extend(items)

    def insert(self, index, item):
        self.items_.insert(index, item)

    def __getitem__(self, index):
        return self.items_[index]

    def __setitem__(self, index, item):
        self.items_[index] = item

    def __len__(self):
        return len(self.items_)

    def __iter__(self):
        return iter(self.items_)

    def __contains__(self, item):
        return item in self.items_


class Dict(Module):
    def __init__(self, *args, **kwargs):
        self.items_ = dict(*args, **kwargs)

    def __getitem__(self, key):
        return self.items_[key]

    def __setitem__(self, key, item):
        self.items_[key] = item

    def __getattr__(self, name):
        if name == "items_" or name not in self.items_:
            raise AttributeError(name)
        return self.items_[name]

    def __len__(self):
        return len(self.items_)

    def __iter__(self):
        return iter(self.items_)

    def __contains__(self, key):
        return key in self.items_

    def keys(self):
        return self.items_.keys()

    def values(self):
        return self.items_.values()

    def items(self):
        return self.items_.items()


class Sequential(Module):
    def __init__(self, *fns):
        self.layers = List(fns)

    def __call__(self, *args, **kwargs):
        return chained(list(self.layers), args, kwargs)
