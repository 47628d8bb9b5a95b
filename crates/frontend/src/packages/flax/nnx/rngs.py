# Keys.


class RngStream(Pytree):
    def __init__(self, key, *, tag):
        if isinstance(key, int):
            key = jax.random.key(key)
        elif key.dtype == jnp.uint32:
            key = jax.random.wrap_key_data(key)
        self.tag = tag
        self.key = RngKey(key, tag=tag)
        self.count = RngCount(jnp.zeros(key.shape, dtype=jnp.uint32), tag=tag)

    def __call__(self):
        key = jax.random.fold_in(self.key.value, self.count.value)
        self.count.value = self.count.value + 1
        return key

    def fork(self, *, split=None):
        key = self()
        return RngStream(key if split is None else jax.random.split(key, split), tag=self.tag)

    def split(self, k):
        return RngStream(jax.random.split(self(), k), tag=self.tag)

    def __getattr__(self, name):
        draw = None if name.startswith("_") else getattr(jax.random, name, None)
        if draw is None:
            raise AttributeError(name)
        return lambda *args, **kwargs: draw(self(), *args, **kwargs)


class Rngs(Pytree):
    def __init__(self, default=None, **rngs):
        if isinstance(default, dict):
            rngs = {**default, **rngs}
        elif default is not None:
            rngs = {"default": default, **rngs}
        for name, seed in rngs.items():
            seed = seed.key.value if isinstance(seed, RngStream) else _raw(seed)
            setattr(self, name, RngStream(seed, tag=name))

    def __getattr__(self, name):
        streams = vars(self)
        if name.startswith("_"):
            raise AttributeError(name)
        if "default" in streams:
            if hasattr(jax.random, name) and name not in ("key", "params"):
                return getattr(streams["default"], name)
            return streams["default"]
        raise AttributeError(f"No RngStream named '{name}' found in Rngs.")

    def __getitem__(self, name):
        return getattr(self, name)

    def __contains__(self, name):
        return name in vars(self)

    def __call__(self):
        return self["default"]()

    def __iter__(self):
        return iter(vars(self))

    def __len__(self):
        return len(vars(self))

    def items(self):
        return list(vars(self).items())

    def fork(self, *, split=None):
        return self._each(split, lambda stream, n: stream.fork(split=n))

    def split(self, k):
        return self._each(k, lambda stream, n: stream if n is None else stream.split(n))

    def _each(self, sizes, make):
        """Other streams, made with the size of the first filter that takes the stream."""
        sizes = _sizes_by_filter(sizes)
        copy = Rngs()
        for name, stream in vars(self).items():
            chosen = [n for filter, n in sizes.items() if _takes_stream(_filter(filter), (name,), stream)]
            setattr(copy, name, make(stream, chosen[0] if chosen else None))
        return copy


def _sizes_by_filter(sizes):
    return sizes if isinstance(sizes, dict) else {...: sizes}


def _takes_stream(test, path, stream):
    return test(path + ("key",), stream.key) and test(path + ("count",), stream.count)


class _Streams:
    """Streams that have other keys for a while: until the end of a block, or of a call."""

    def __init__(self, node, filters, renew):
        self.saved = []
        tests = [(_filter(filter), n) for filter, n in filters.items()]
        for path, stream in _objects_of(node):
            chosen = [n for test, n in tests if isinstance(stream, RngStream) and _takes_stream(test, path, stream)]
            if chosen:
                key, count = renew(stream, chosen[0])
                self.saved.append((stream, stream.key.value, stream.count.value))
                stream.key.value, stream.count.value = key, count

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for stream, key, count in self.saved:
            stream.key.value, stream.count.value = key, count


_missing = object()


def _renewing(node, filters, renew):
    """Streams with other keys, or what gives such to the arguments of a function."""
    if node is not _missing:
        return _Streams(node, filters, renew)

    def decorator(f):
        @functools.wraps(f)
        def called(*args, **kwargs):
            with _Streams((args, kwargs), filters, renew):
                return f(*args, **kwargs)

        return called

    return decorator


def split_rngs(node=_missing, /, *, splits, only=..., squeeze=False, **options):
    if squeeze and splits != 1:
        raise ValueError("squeeze=True is only supported for splits=1")

    def renew(stream, splits):
        keys = jax.random.split(stream(), splits)
        zeros = lambda shape: jnp.zeros(tuple(shape) + stream.count.value.shape, jnp.uint32)
        return (keys[0], zeros(())) if squeeze else (keys, zeros(as_tuple(splits)))

    return _renewing(node, {only: splits}, renew)


def fork_rngs(node=_missing, /, *, split=None, **options):
    def renew(stream, split):
        forked = stream.fork(split=split)
        return forked.key.value, forked.count.value

    return _renewing(node, _sizes_by_filter(split), renew)


def restore_rngs(backups):
    backups.__exit__()


def reseed(node, /, *, policy="scalars_only", graph=None, **stream_keys):
    """Streams of these names start anew, with keys of streams that have these seeds."""
    seeds = Rngs(**stream_keys)
    for path, stream in _objects_of(node):
        if isinstance(stream, RngStream) and stream.tag in stream_keys:
            key, shape = seeds[stream.tag](), stream.key.value.shape
            if callable(policy):
                key = policy(path, key, shape)
            elif shape and policy == "match_shape":
                key = jax.random.split(key, shape)
            elif shape:
                raise ValueError(f"Cannot reseed stream at path {path} because it has a non-scalar key: {shape}")
            stream.key.value = key
            stream.count.value = jnp.zeros(key.shape, dtype=jnp.uint32)
