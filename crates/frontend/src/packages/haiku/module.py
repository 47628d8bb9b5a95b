# Modules: classes whose methods give names to what they make.

_interceptors = Interceptors()

MethodContext = namedtuple("MethodContext", ["module", "method_name", "orig_method", "orig_class"])


def intercept_methods(interceptor):
    """In the block, the function stands around the methods of all modules."""
    return _interceptors.block(interceptor)


def _intercepted(function, name, module):
    method = lambda *args, **kwargs: function(module, *args, **kwargs)
    return _interceptors.called(method, lambda method: MethodContext(module, name, method, type(module)))


def _snake(name):
    text = ""
    for i, c in enumerate(name):
        before, after = name[i - 1 : i], name[i + 1 : i + 2]
        starts = before and (before.islower() or before.isdigit() or before != "_" and after.islower())
        text += "_" + c if c.isupper() and starts else c
    return text.lower()


def _numbered(name):
    stem, _, number = name.rpartition("_")
    if stem and number.isdigit() and (number == "0" or number[0] != "0"):
        return stem, int(number)
    return name, None


_FORCED = "FORCE:"


def force_name(name):
    return _FORCED + name


def _unique(frame, name):
    """The name of a module that is being made, in the method that makes it."""
    counts, used = frame.names[-2]
    if name.startswith(_FORCED):
        name = name[len(_FORCED) :]
        stem, number = _numbered(name)
        number = number or 0
    else:
        if not name.isidentifier():
            raise ValueError(f"'{name}' is not a valid module name (must be a valid Python identifier)")
        if len(frame.running) > 1:
            module, method = frame.running[-2]
            if method == "__init__":
                name = "~/" + name
            elif method != "__call__":
                name = f"~{method}/{name}"
            name = f"{module.module_name}/{name}"
        stem, number = _numbered(name)
        explicit = number is not None
        if not explicit:
            number = counts.get(stem, 0)
        name = f"{stem}_{number}" if explicit or number else stem
        if name in used:
            raise ValueError(f"Module name '{name}' is not unique.")
    used.add(name)
    counts[stem] = max(counts.get(stem, 0), number + 1)
    return name


class _Running:
    """A block in which a method of a module runs."""

    def __init__(self, module, method):
        self.module, self.method = module, method

    def __enter__(self):
        self.frame = _frame("a module")
        self.frame.running.append((self.module, self.method))
        self.frame.names.append(({}, set()))

    def __exit__(self, *exception):
        self.frame.running.pop()
        self.frame.names.pop()


def _wrapped(function, name):
    if getattr(function, "transparent", False) or getattr(function, "wrapped", False):
        return function
    named = getattr(function, "name_like", name)

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        frame = _frame("All `hk.Module`s must be initialized inside an `hk.transform`: a module")
        if name == "__init__" and frame.running and frame.running[-1][0] is self and frame.running[-1][1] == name:
            return function(self, *args, **kwargs)
        with _Running(self, named):
            return _intercepted(function, name, self)(*args, **kwargs)

    method.wrapped = True
    return method


def transparent(method):
    method.transparent = True
    return method


def name_like(method_name):
    def named(method):
        method.name_like = method_name
        return method

    return named


class Module:
    def __init_subclass__(cls, **kwargs):
        for name, member in list(vars(cls).items()):
            if name == "module_name":
                continue
            if isinstance(member, property):
                setattr(cls, name, property(_wrapped(member.fget, name)))
            elif is_function(member) and name == "__post_init__":
                # The `__init__` of a dataclass does no more than to call it.
                setattr(cls, name, _wrapped(member, "__init__"))
            elif is_function(member) and (not name.startswith("__") or name in ("__call__", "__init__")):
                setattr(cls, name, _wrapped(member, name))

    def __init__(self, name=None):
        frame = _frame("a module")
        name = getattr(self, "name", None) if name is None else name
        self.module_name = _unique(frame, _snake(type(self).__name__) if name is None else name)
        self.name = self.module_name.split("/")[-1]

    def params_dict(self):
        return _under(self.module_name, _frame().params)

    def state_dict(self):
        return _under(self.module_name, get_current_state())


Module.__init__ = _wrapped(Module.__init__, "__init__")
Module.__post_init__ = Module.__init__


def _under(own, bundles):
    found = {}
    for bundle, entries in bundles.items():
        if bundle == own or bundle.startswith(own + "/"):
            found.update({f"{bundle}/{name}": value for name, value in entries.items()})
    return found


def to_module(f):
    class ToModuleWrapper(Module):
        def __init__(self, name=None):
            super().__init__(name=f.__name__ if name is None else name)

        def __call__(self, *args, **kwargs):
            return f(*args, **kwargs)

    return ToModuleWrapper


def current_name():
    return _bundle(_frame("current_name"))


class NameScopeModule(Module):
    pass


class name_scope:
    """A block whose modules get names as if a module of that name made them."""

    def __init__(self, name, *, method_name="__call__"):
        if not name or name.startswith("/"):
            raise ValueError("Name scopes must not start with /")
        outer = []
        for part in [name] if name.startswith(_FORCED) else name.split("/"):
            module = NameScopeModule(name=part)
            outer.append(_Running(module, method_name))
            outer[-1].__enter__()
        for running in reversed(outer):
            running.__exit__()
        self.running = _Running(module, method_name)

    def __enter__(self):
        self.running.__enter__()

    def __exit__(self, *exception):
        self.running.__exit__(*exception)
