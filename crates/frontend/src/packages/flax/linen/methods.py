# Methods of modules: what stands around them, and whose submodules they make.

# The modules whose methods are running, what `capture_intermediates` asks for, and what stands around methods.
_running = [None]
_captured = []
_interceptors = Interceptors()

InterceptorContext = namedtuple("InterceptorContext", ["module", "method_name", "orig_method"])


def intercept_methods(interceptor):
    """In the block, the function stands around the methods of all modules."""
    return _interceptors.block(interceptor)


def _intercepted(module, function, name):
    method = lambda *args, **kwargs: function(module, *args, **kwargs)
    return _interceptors.called(method, lambda method: InterceptorContext(module, name, method))


class _State:
    def __init__(self):
        self.in_compact = False
        self.in_setup = False
        self.is_set_up = False
        self.initialized = False
        self.counts = {}


def compact(fun):
    fun.compact = True
    return fun


def nowrap(fun):
    fun.nowrap = True
    return fun


def compact_name_scope(fun):
    raise NotImplementedError("nn.compact_name_scope is not compiled: use a module of its own")


def _wrapped(function):
    """A method that knows whose submodules it makes."""
    if getattr(function, "nowrap", False) or getattr(function, "wrapped", False):
        return function
    name, is_compact = function.__name__, getattr(function, "compact", False)

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        return _run(self, function, name, is_compact, args, kwargs)

    method.wrapped = True
    return method


def _run(module, function, name, is_compact, args, kwargs):
    state = module._state
    is_setup = name == "setup"
    again = state.in_setup if is_setup else state.in_compact if is_compact else True
    if is_setup:
        state.in_setup = True
    else:
        module._try_setup()
    if is_compact:
        if module.scope is None:
            raise ValueError(
                f"Can't call compact methods on unbound modules: call `init` or `apply` of {type(module).__name__}"
            )
        state.in_compact = True
    _running.append(module)
    try:
        y = _intercepted(module, function, name)(*args, **kwargs)
        if _captured and _captured[-1] and _captured[-1](module, name):
            module.sow("intermediates", name, y)
        return y
    finally:
        _running.pop()
        if is_compact:
            object.__setattr__(module, "scope", module.scope.rewound())
        if not again:
            state.in_compact = state.in_setup = False
            state.counts = {}


def _map_modules(f, x, suffix=""):
    if isinstance(x, Module):
        return f(suffix, x)
    if isinstance(x, (list, tuple)) and not hasattr(x, "_fields"):
        return tuple(_map_modules(f, y, f"{suffix}_{i}") for i, y in enumerate(x))
    if isinstance(x, dict) and any(isinstance(y, (Module, list, tuple, dict)) for y in x.values()):
        return FrozenDict({key: _map_modules(f, y, f"{suffix}_{key}") for key, y in x.items()})
    return x
