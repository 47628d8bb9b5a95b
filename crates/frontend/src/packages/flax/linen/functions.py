# Functions of modules, and modules one after the other.


def _key(rng):
    return jax.random.PRNGKey(rng) if isinstance(rng, int) else rng


def _called_only(module, name):
    return name == "__call__"


def enable_named_call():
    """Nothing: operations have their modules' names as they are."""


def disable_named_call():
    """Nothing: operations have their modules' names as they are."""


@contextlib.contextmanager
def override_named_call(enable=True):
    """Nothing: operations have their modules' names as they are."""
    yield


def merge_param(name, a, b):
    if a is None and b is None:
        raise ValueError(f'Parameter "{name}" must be passed to the constructor or at call time.')
    if a is not None and b is not None:
        raise ValueError(f'Parameter "{name}" was passed to the constructor and at call time. Should be passed just once.')
    return b if a is None else a


def apply(fn, module, mutable=False, capture_intermediates=False):
    def applied(variables, *args, rngs=None, **kwargs):
        return module.apply(
            variables, *args, rngs=rngs, method=fn, mutable=mutable,
            capture_intermediates=capture_intermediates, **kwargs,
        )

    return applied


def init(fn, module, mutable=DenyList("intermediates"), capture_intermediates=False):
    def initialized(rngs, *args, **kwargs):
        return module.init(
            rngs, *args, method=fn, mutable=mutable, capture_intermediates=capture_intermediates, **kwargs
        )

    return initialized


def init_with_output(fn, module, mutable=DenyList("intermediates"), capture_intermediates=False):
    def initialized(rngs, *args, **kwargs):
        return module.init_with_output(rngs, *args, method=fn, mutable=mutable, **kwargs)

    return initialized


def tabulate(module, rngs, **options):
    return lambda *args, **kwargs: only_printed("tabulate")


def share_scope(module, other):
    """The two modules have their variables at one place: that of the outer one, or else that of `other`."""
    if module.scope is None or other.scope is None:
        raise ValueError("Can't call `share_scope` on unbound modules")
    outer = module.scope.path
    if other.scope.path[: len(outer)] == outer:
        object.__setattr__(other, "scope", module.scope)
    else:
        object.__setattr__(module, "scope", other.scope)


class Sequential(Module):
    layers: Sequence[Callable]

    @compact
    def __call__(self, *args, **kwargs):
        if not self.layers:
            raise ValueError(f"Empty Sequential module {self.name}.")
        return chained(self.layers, args, kwargs)
