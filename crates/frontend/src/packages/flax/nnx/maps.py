# Functions of whole objects.


def to_predicate(filter):
    return _filter(filter)


def recursive_map(f, node, *, graph=None):
    return _mapped_recursively(f, view(node), (), {})


def _mapped_recursively(f, x, path, known):
    if isinstance(x, Pytree):
        if id(x) in known:
            return known[id(x)]
        if isinstance(x, List):
            x.items_ = [_mapped_recursively(f, part, path + (i,), known) for i, part in enumerate(x.items_)]
        else:
            owner = x.items_ if isinstance(x, Dict) else vars(x)
            for name, part in sorted(owner.items()):
                if is_data(part):
                    part = _mapped_recursively(f, part, path + (name,), known)
                    if isinstance(x, Dict):
                        x.items_[name] = part
                    else:
                        object.__setattr__(x, name, part)
        known[id(x)] = f(path, x)
        return known[id(x)]
    return f(path, x)


def cached_partial(f, *cached_args):
    return functools.partial(f, *cached_args)


def jit_partial(fun, *partial_args, **options):
    return functools.partial(jit(fun, **options), *partial_args)


class use_eager_sharding:
    """Arrays lie on one device, at once or later."""

    def __init__(self, value=True):
        pass

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        pass


def using_eager_sharding():
    return True
