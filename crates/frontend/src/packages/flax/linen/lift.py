# Lifted transforms: those of JAX over functions whose modules have variables.
#
# A transform takes the variables at the modules' places out, by collection, and runs the function with others in
# their place: what JAX's transform makes of them. What the function leaves there goes back afterwards.

broadcast = "<broadcast>"


class _Lift:
    """A call of a function whose first arguments are or hold modules."""

    def __init__(self, function, module, args, kwargs, cls=None):
        self.function, self.module, self.args, self.kwargs, self.cls = function, module, args, kwargs, cls
        found = {}
        _map_modules(lambda suffix, m: _collect(m, found), (module, args, kwargs))
        paths = [m.scope.path for m in found.values()]
        self.root = module.scope.root
        self.paths = [p for p in sorted(set(paths)) if not any(p[: len(q)] == q for q in paths if q != p)]

    def take(self, filter):
        """The variables of the collections at each place, and no others."""
        taken = {}
        for name in self.root.variables:
            if allows(filter, name):
                at = [_at(self.root.variables[name], path) for path in self.paths]
                if any(part is not None for part in at):
                    taken[name] = at
        return taken

    def keys(self, filters):
        return {name: key for name, key in self.root.keys.items() if any(allows(f, name) for f in filters)}

    def run(self, groups, keys, mutable, args, kwargs=None):
        """The function with these variables and keys in place: its result, and the variables that it may change."""
        root = self.root
        outer = dict(root.variables), dict(root.keys), root.mutable, root.adopted
        kept = root.mutable
        root.variables.clear()
        for group in groups:
            for name, at in group.items():
                for path, part in zip(self.paths, at):
                    if part is not None:
                        _set(root.variables, (name,) + path, _unshared(part))
        root.keys = keys
        root.mutable = _Both(kept, mutable)
        root.adopted = dict(root.adopted)
        known = {}
        module = _rebound(self.module, known, self.cls)
        again = lambda suffix, m: _rebound(m, known) if m.scope is not None else m
        args, kwargs = _map_modules(again, tuple(args)), _map_modules(again, dict(kwargs or {}))
        try:
            y = self.function(module, *args, **kwargs)
            self.module._state.counts = module._state.counts
            changed = self.take(root.mutable)
        finally:
            root.variables.clear()
            root.variables.update(outer[0])
            root.keys, root.mutable, root.adopted = outer[1:]
        return y, changed

    def publish(self, changed):
        for name, at in changed.items():
            if allows(self.root.mutable, name):
                for path, part in zip(self.paths, at):
                    if part is not None:
                        _set(self.root.variables, (name,) + path, part)


class _Both:
    """What both filters allow; it stands for a filter by holding names."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __contains__(self, name):
        return allows(self.a, name) and allows(self.b, name)


class _Any:
    def __init__(self, filters):
        self.filters = filters

    def __contains__(self, name):
        return any(allows(f, name) for f in self.filters)


def _collect(module, found):
    if module.scope is not None and id(module) not in found:
        found[id(module)] = module
        for field in dataclasses.fields(module):
            if field.name != "parent":
                _map_modules(lambda suffix, m: _collect(m, found), getattr(module, field.name))
    return module


def _rebound(module, known, cls=None):
    """A copy of a bound module that knows nothing of its children yet."""
    if id(module) in known:
        return known[id(module)]
    again = lambda suffix, m: _rebound(m, known) if m.scope is not None else m
    fields = [f.name for f in dataclasses.fields(module) if f.init and f.name != "parent"]
    copy = (cls or type(module))(parent=None, **{name: _map_modules(again, getattr(module, name)) for name in fields})
    known[id(module)] = copy
    object.__setattr__(copy, "parent", module.parent)
    object.__setattr__(copy, "scope", module.scope.rewound())
    copy._state.initialized = True
    copy._state.in_compact = module._state.in_compact
    copy._state.counts = dict(module._state.counts)
    return copy


def _at(tree, path):
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return None
        tree = tree[part]
    return tree


def _set(tree, path, value):
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    if path:
        tree[path[-1]] = value


def _part(groups, filter):
    return {name: value for name, value in groups.items() if allows(filter, name)}


def _lifting(name, transform):
    """`nn.<name>(target, …)`: of a class a class with transformed methods, of a function one on modules."""

    def lifted(target, *options, methods=None, **more):
        if hasattr(target, "func") and hasattr(target, "keywords"):
            made = lifted(target.func, *options, methods=methods, **more)
            return functools.partial(made, *target.args, **target.keywords)
        if isinstance(target, type):
            chosen = methods or ("__call__",)
            each = chosen if isinstance(chosen, dict) else {method: more for method in chosen}
            members = {}
            for method, given in each.items():
                members[method] = _method(transform, getattr(target, method), target, options, given)
            return type(name.capitalize() + target.__name__, (target,), members)
        return _method(transform, target, None, options, more)

    return lifted


def _method(transform, function, cls, options, more):
    inner = _wrapped(function) if hasattr(function, "__name__") else _wrapped(lambda *a, **k: function(*a, **k))

    @functools.wraps(inner)
    def method(self, *args, **kwargs):
        if self.scope is None:
            raise ValueError(f"Can't call transformed methods of {type(self).__name__} on unbound modules")
        return transform(_Lift(inner, self, args, kwargs, cls), *options, **more)

    method.wrapped = True
    return method
