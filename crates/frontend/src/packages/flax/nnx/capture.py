# What modules compute on the way.


def capture(fn, *var_types, init=None, method_outputs=None):
    if isinstance(fn, type) and issubclass(fn, Variable):
        return functools.partial(_capturing, (fn, *var_types), init, method_outputs)
    return _capturing(var_types, init, method_outputs, fn)


def _capturing(var_types, init, method_outputs, fn):
    owner = fn if isinstance(fn, Module) else getattr(fn, "__self__", None)
    module_of_it = owner if isinstance(owner, Module) else None

    def captured(*args, **kwargs):
        module = args[0] if module_of_it is None else module_of_it
        started = dict(State(init).flat_state()) if init else {}
        for path, part in iter_modules(module):
            kept = {variable_type: {} for variable_type in var_types}
            for place, v in started.items():
                if place[:-1] == path:
                    kept.setdefault(type(v), {})[place[-1]] = v.value
            part.__captures__ = tuple(variable_type(values) for variable_type, values in kept.items())
        watched = _watched(module, method_outputs) if method_outputs else []
        try:
            result = fn(*args, **kwargs)
        finally:
            for cls, name, method in watched:
                setattr(cls, name, method)
        found = {}
        for path, part in iter_modules(module):
            for v in part.__captures__:
                if type(v) in var_types:
                    found.update({path + (name,): type(v)(value) for name, value in v.value.items()})
            delattr(part, "__captures__")
        if not var_types:
            return result
        states = [State.from_flat_path(part) for part in _parted(sorted(found.items()), var_types)]
        return (result, *states)

    return captured


def _watched(module, variable_type):
    """Lets the methods of the module's parts sow what they return: the classes, names and methods as they were."""
    replaced = []
    for cls in {type(part): None for _, part in iter_modules(module)}:
        for name, method in list(vars(cls).items()):
            if callable(method) and (name == "__call__" or not name.startswith("_")):
                replaced.append((cls, name, method))
                setattr(cls, name, _sowing(name, method, variable_type))
    return replaced


def _sowing(name, method, variable_type):
    @functools.wraps(method)
    def called(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        self.sow(variable_type, name, result)
        return result

    return called
