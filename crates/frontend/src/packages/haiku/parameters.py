# Parameters and state, and what stands between them and the modules that ask for them.

class _Context:
    """Which entry a creator, getter or setter sees."""

    def __init__(self, full_name, module, original_dtype, original_shape, original_init=None):
        self.full_name, self.module = full_name, module
        self.original_dtype, self.original_shape, self.original_init = original_dtype, original_shape, original_init
        self.lifted_prefix_name = None
        self.module_name, _, self.name = full_name.rpartition("/")


GetterContext = SetterContext = _Context


class _DoNotStore:
    def __repr__(self):
        return "DO_NOT_STORE"


DO_NOT_STORE = _DoNotStore()

# The functions in force, the outermost first: by what they do and what they do it to.
_stacks = {"create params": [], "create state": [], "get params": [], "get state": [], "set state": []}


class _Installed:
    """A block in which a function stands in some of the stacks."""

    def __init__(self, function, stacks):
        self.function, self.stacks = function, stacks

    def __enter__(self):
        for stack in self.stacks:
            _stacks[stack].append(self.function)

    def __exit__(self, *exception):
        for stack in self.stacks:
            _stacks[stack].pop()


def custom_creator(creator, *, params=True, state=False):
    return _Installed(creator, _chosen("create", params, state))


def custom_getter(getter, *, params=True, state=False):
    return _Installed(getter, _chosen("get", params, state))


def custom_setter(setter):
    return _Installed(setter, ["set state"])


def _chosen(verb, params, state):
    return [f"{verb} {what}" for what, wanted in (("params", params), ("state", state)) if wanted]


def _through(stack, last, context, values):
    """What the functions of the stack, each of which is given the next one, make of values."""

    def step(i):
        if i == len(_stacks[stack]):
            return last
        return lambda *values: _stacks[stack][i](step(i + 1), *values, context)

    return step(0)(*values)


def _context(frame, name, dtype, shape, init=None):
    module = frame.running[-1][0] if frame.running else None
    return _Context(f"{_bundle(frame)}/{name}", module, dtype, shape, init)


def _created(kind, context, shape, dtype, init):
    return _through(f"create {kind}", lambda shape, dtype, init: init(shape, dtype), context, (shape, dtype, init))


def get_parameter(name, shape, dtype=jnp.float32, init=None):
    frame = _frame("get_parameter")
    bundle = _bundle(frame)
    context = _context(frame, name, dtype, shape, init)
    value = frame.params.get(bundle, {}).get(name)
    if value is None:
        if not frame.creates and not _stacks["create params"]:
            raise ValueError(
                f"Unable to retrieve parameter '{name}' for module '{bundle}'. "
                "All parameters must be created as part of `init`."
            )
        if init is None:
            raise ValueError("Initializer must be specified.")
        value = _created("params", context, list(shape), dtype, init)
        if value is not DO_NOT_STORE:
            if not frame.creates:
                raise ValueError(
                    f"Unable to retrieve parameter '{name}' for module '{bundle}'. "
                    "All parameters must be created as part of `init`."
                )
            frame.params.setdefault(bundle, {})[name] = value
    value = _through("get params", lambda value: value, context, (value,))
    if tuple(jnp.shape(value)) != tuple(shape):
        raise ValueError(
            f"'{bundle}/{name}' with retrieved shape {tuple(jnp.shape(value))} does not match "
            f"shape={tuple(shape)} dtype={dtype}"
        )
    return value


def get_state(name, shape=None, dtype=jnp.float32, init=None):
    frame = _frame("get_state")
    bundle = _bundle(frame)
    context = _context(frame, name, dtype, shape, init)
    known = frame.state.get(bundle, {})
    if name in known:
        value = known[name][1]
    else:
        if init is None:
            raise ValueError(f"No value for '{name}' in '{bundle}', perhaps set an init function?")
        if shape is None:
            raise ValueError(f"Must provide shape and dtype to initialize '{name}' in '{bundle}'.")
        value = _created("state", context, shape, dtype, init)
        if value is not DO_NOT_STORE:
            frame.state.setdefault(bundle, {})[name] = (value, value)
    return _through("get state", lambda value: value, context, (value,))


def set_state(name, value):
    frame = _frame("set_state")
    shape = jax.tree.map(lambda x: getattr(x, "shape", None), value)
    context = _context(frame, name, jax.tree.map(lambda x: getattr(x, "dtype", None), value), shape)
    value = _through("set state", lambda value: value, context, (value,))
    if value is not DO_NOT_STORE:
        entries = frame.state.setdefault(_bundle(frame), {})
        entries[name] = (entries[name][0] if name in entries else value, value)
