# Modules: dataclasses that are bound to a place.

_DUNDERS = ("__eq__", "__repr__", "__init__", "__hash__", "__post_init__", "__init_subclass__", "__setattr__", "__getattr__")


class Module:
    parent: Any = dataclasses.field(default=_unspecified, repr=False, kw_only=True)
    name: Optional[str] = dataclasses.field(default=None, kw_only=True)

    scope = None

    def __init_subclass__(cls, kw_only=False, **kwargs):
        dataclasses.dataclass(repr=False, eq=False, kw_only=kw_only)(cls)
        fields = [field.name for field in dataclasses.fields(cls)]
        for name, member in list(vars(cls).items()):
            if is_function(member) and name not in fields and name not in _DUNDERS:
                setattr(cls, name, _wrapped(member))

    def __post_init__(self):
        object.__setattr__(self, "_state", _State())
        if self.parent is _unspecified:
            object.__setattr__(self, "parent", _running[-1])
        parent = self.parent
        if parent is None:
            return
        if isinstance(parent, Scope):
            object.__setattr__(self, "scope", parent)
        else:
            if parent._state.in_setup and self.name is None:
                # The attribute that it becomes gives it a name.
                return
            if parent._state.initialized and not (parent._state.in_setup or parent._state.in_compact):
                raise ValueError(
                    f"Submodule {type(self).__name__} must be defined in `setup()` or in a method wrapped in `@compact`"
                )
            if self.name is None:
                kind = type(self).__name__
                count = parent._state.counts.get(kind, 0)
                parent._state.counts[kind] = count + 1
                object.__setattr__(self, "name", f"{kind}_{count}")
            if parent._is_taken(self):
                raise ValueError(
                    f'Could not create submodule "{self.name}" in Module {type(parent).__name__}: Name in use.'
                )
            object.__setattr__(self, "scope", parent.scope.push(self.name))
        self._adopt_fields()
        self._state.initialized = True

    def _is_taken(self, child):
        known = vars(self).get(child.name)
        if isinstance(known, Module) and known.name == child.name:
            return False
        return self.scope.is_taken(child.name)

    def _adopt_fields(self):
        for field in dataclasses.fields(self):
            if field.name not in ("parent", "name") and field.init:
                self._adopt(field.name, getattr(self, field.name))

    def _adopt(self, name, value):
        """Makes modules in a value submodules, called by the attribute that holds them."""
        waiting = []

        def adopt(suffix, module):
            if module.parent is None:
                # Made outside: this module gets a copy, the same one wherever it is used.
                kept = self.scope.root.adopted.get(id(module))
                if kept is None:
                    kept = (module, module.clone(name=None))
                    self.scope.root.adopted[id(module)] = kept
                module = kept[1]
            if module.name is None:
                object.__setattr__(module, "parent", self)
                object.__setattr__(module, "name", f"{name}{suffix}")
                waiting.append(module)
            return module

        object.__setattr__(self, name, _map_modules(adopt, value))
        for module in waiting:
            module.__post_init__()

    def _try_setup(self):
        state = self._state
        if self.scope is None or state.in_setup or state.is_set_up:
            return
        state.in_setup = True
        try:
            self._adopt_fields()
            self.setup()
        finally:
            state.in_setup = False
            state.is_set_up = True

    def setup(self):
        pass

    def __setattr__(self, name, value):
        state = vars(self).get("_state")
        if state is not None and state.in_setup:
            if any(field.name == name and field.init for field in dataclasses.fields(self)):
                raise TypeError(f"Module attribute {name} cannot be set in setup(): it is a field of the dataclass")
            self._adopt(name, value)
        elif state is not None and state.initialized and not name.startswith("__"):
            raise TypeError(
                f"Can't set {name}={value} for Module of type {type(self).__name__}: Module instance is frozen outside "
                "of setup method."
            )
        else:
            object.__setattr__(self, name, value)

    def __getattr__(self, name):
        if name == "_state" or name.startswith("__"):
            raise AttributeError(name)
        self._try_setup()
        if name in vars(self):
            return vars(self)[name]
        message = f'"{type(self).__name__}" object has no attribute "{name}".'
        if self.scope is None:
            message += f' If "{name}" is defined in \'.setup()\', it is only accessible from inside \'init\' or \'apply\'.'
        raise AttributeError(message)

    def __repr__(self):
        fields = [f for f in dataclasses.fields(self) if f.name not in ("parent", "name")]
        return f"{type(self).__name__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in fields)})"

    # Variables, for modules.

    def _needs_scope(self, what):
        if self.scope is None:
            raise ValueError(f"Can't {what} on unbound modules")

    def param(self, name, init_fn, *init_args, unbox=True, **init_kwargs):
        if not (self._state.in_setup or self._state.in_compact):
            raise ValueError("Parameters must be initialized in `setup()` or in a method wrapped in `@compact`")
        self._reserve(name, "params")
        scope = self.scope
        if scope.has("params", name):
            value = scope.get("params", name)
            if not init_args or all(isinstance(part, (tuple, list)) for part in init_args[:1]):
                expected = jax.eval_shape(lambda: init_fn(jax.random.key(0), *init_args, **init_kwargs))
                pairs = zip(jax.tree.leaves(value), jax.tree.leaves(expected))
                for given, wanted in pairs:
                    if jnp.shape(given) != tuple(wanted.shape):
                        raise ValueError(
                            f'Initializer expected to generate shape {jnp.shape(given)} but got shape '
                            f'{tuple(wanted.shape)} instead for parameter "{name}" in "{scope.where()}".'
                        )
            return _unboxed(value) if unbox else value
        if not scope.is_mutable("params"):
            if not scope.collection("params"):
                raise ValueError(
                    f'Tried to access "{name}" from collection "params" in "{scope.where()}" but the collection is empty.'
                )
            raise ValueError(f'Could not find parameter named "{name}" in scope "{scope.where()}".')
        value = init_fn(scope.make_rng("params"), *init_args, **init_kwargs)
        scope.put("params", name, value)
        return _unboxed(value) if unbox else value

    def variable(self, col, name, init_fn=None, *init_args, unbox=True, **init_kwargs):
        if not (self._state.in_setup or self._state.in_compact):
            raise ValueError("Variables must be initialized in `setup()` or in a method wrapped in `@compact`")
        self._reserve(name, col)
        scope = self.scope
        if not scope.has(col, name):
            if not scope.is_mutable(col) or init_fn is None:
                raise ValueError(
                    f'Tried to access "{name}" from collection "{col}" in "{scope.where()}" but the collection is '
                    "empty: pass it to apply."
                )
            scope.put(col, name, init_fn(*init_args, **init_kwargs))
        return Variable(scope, col, name, unbox)

    def _reserve(self, name, collection):
        self._needs_scope("access variables")
        if self.scope.is_taken(name, collection):
            raise ValueError(
                f'Could not create {collection} "{name}" in Module {type(self).__name__}: Name in use.'
            )
        self.scope.reserve(name, collection)

    def make_rng(self, name="params"):
        self._needs_scope("call `make_rng`")
        return self.scope.make_rng(name)

    def has_rng(self, name):
        self._needs_scope("query for RNGs")
        return name in self.scope.root.keys

    def has_variable(self, col, name):
        self._needs_scope("access variables")
        return self.scope.has(col, name)

    def get_variable(self, col, name, default=None):
        self._needs_scope("access variables")
        return self.scope.get(col, name, default)

    def put_variable(self, col, name, value):
        self._needs_scope("access variables")
        self.scope.put(col, name, value)

    def is_mutable_collection(self, col):
        self._needs_scope("access variables")
        return self.scope.is_mutable(col)

    def is_initializing(self):
        self._needs_scope("check if running under an init")
        return self.scope.root.initializing

    def sow(self, col, name, value, reduce_fn=lambda xs, x: xs + (x,), init_fn=tuple):
        self._needs_scope("store variables")
        if not self.scope.is_mutable(col):
            return False
        known = self.scope.get(col, name) if self.scope.has(col, name) else init_fn()
        self.scope.put(col, name, reduce_fn(known, value))
        return True

    def sow_weights(self, weights):
        self.sow("intermediates", "attention_weights", weights)

    def perturb(self, name, value, collection="perturbations"):
        if self.is_mutable_collection(collection) and not self.scope.has(collection, name):
            self.scope.put(collection, name, jnp.zeros_like(value))
        return value + self.scope.get(collection, name) if self.scope.has(collection, name) else value

    @property
    def path(self):
        self._needs_scope("access module paths")
        return self.scope.path

    @property
    def variables(self):
        self._needs_scope("access variables")
        found = {name: self.scope.collection(name) for name in self.scope.root.variables}
        return {name: values for name, values in found.items() if values}

    # Copies, with and without variables.

    def clone(self, *, parent=None, **updates):
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.init}
        values.update(parent=parent, **updates)
        return type(self)(**values)

    def copy(self, *, parent=_unspecified, name=None, **updates):
        return self.clone(parent=parent, name=name, **updates)

    def _bound(self, variables, rngs, mutable, initializing=False):
        if not isinstance(variables, (dict, FrozenDict)):
            raise ValueError(
                "The first argument passed to an apply function should be a dictionary of collections, "
                f"not {type(variables).__name__}"
            )
        if "params" in variables and isinstance(variables["params"], (dict, FrozenDict)):
            if "params" in variables["params"]:
                raise ValueError(
                    "The variable dict passed to an apply function has an extra layer of 'params': "
                    "{'params': {'params': {...}}}, instead should be {'params': {...}}"
                )
        rngs = {} if rngs is None else rngs if isinstance(rngs, (dict, FrozenDict)) else {"params": rngs}
        keys = {name: _key(rng) for name, rng in rngs.items()}
        scope = Scope(_Root(_unshared(variables), keys, mutable, initializing))
        return self.clone(parent=scope), scope

    def bind(self, variables, *args, rngs=None, mutable=False):
        return self._bound(variables, rngs, mutable)[0]

    def unbind(self):
        return self.clone(name=None), self.variables

    def apply(
        self, variables, *args, rngs=None, method=None, mutable=False, capture_intermediates=False, **kwargs
    ):
        return together(
            lambda: self._called(
                variables, args, kwargs, rngs, method, mutable, capture_intermediates, False
            )
        )

    def _called(self, variables, args, kwargs, rngs, method, mutable, capture, initializing):
        if initializing:
            args, kwargs = described(args), described(kwargs)
        owners, inputs = [self, type(self)], [list(args), list(kwargs.values())]
        remember_inputs(owners, inputs) if initializing else expect_inputs(owners, inputs)
        module, scope = self._bound(variables, rngs, mutable, initializing)
        if method is None:
            method = type(module).__call__
        elif isinstance(method, str):
            method = getattr(type(module), method)
        else:
            method = getattr(method, "__func__", method)
        _captured.append(_called_only if capture is True else capture)
        try:
            y = method(module, *args, **kwargs)
        finally:
            _captured.pop()
        if mutable is False:
            return y
        return y, {name: values for name, values in scope.root.variables.items() if allows(mutable, name)}

    def init_with_output(
        self, rngs, *args, method=None, mutable=DenyList("intermediates"), capture_intermediates=False, **kwargs
    ):
        return together(
            lambda: self._called({}, args, kwargs, rngs, method, mutable, capture_intermediates, True)
        )

    def init(self, rngs, *args, method=None, mutable=DenyList("intermediates"), capture_intermediates=False, **kwargs):
        return together(
            lambda: self._called({}, args, kwargs, rngs, method, mutable, capture_intermediates, True)[1]
        )

    def lazy_init(self, rngs, *args, method=None, mutable=DenyList("intermediates"), **kwargs):
        zeros = lambda x: jnp.zeros(x.shape, x.dtype) if isinstance(x, jax.ShapeDtypeStruct) else x
        args, kwargs = jax.tree.map(zeros, (args, kwargs))
        return self.init(rngs, *args, method=method, mutable=mutable, **kwargs)

    def tabulate(self, *args, **kwargs):
        return only_printed("tabulate")

    def module_paths(self, rngs, *args, show_repeated=False, mutable=DenyList("intermediates"), **kwargs):
        found = {}

        def record(next_fun, args, kwargs, context):
            path = "/".join(context.module.path)
            if context.method_name != "setup" and path not in found:
                found[path] = context.module.clone(name=context.module.name)
            return next_fun(*args, **kwargs)

        with intercept_methods(record):
            self.init(rngs, *args, mutable=mutable, **kwargs)
        return found


dataclasses.dataclass(repr=False, eq=False)(Module)
