# Variables with names for their axes. A program runs on one device, so that the names say nothing about where an array
# lies: they are kept for whoever asks.

PARTITION_NAME = "partition_name"


class AxisMetadata:
    """A box around a variable that says something of its axes."""


@struct.dataclass
class Partitioned(AxisMetadata):
    value: Any
    names: Any = struct.field(pytree_node=False)
    mesh: Any = struct.field(default=None, pytree_node=False)

    def unbox(self, apply_constraint=True):
        return self.value

    def replace_boxed(self, val):
        return self.replace(value=val)

    def add_axis(self, index, params):
        if PARTITION_NAME not in params:
            raise ValueError(
                "Trying to transform a Partitioned variable but `partition_name` is not specified in "
                f"metadata_params: {self}"
            )
        names = list(self.names) + [None] * (index - len(self.names))
        names.insert(index, params[PARTITION_NAME])
        return self.replace(names=tuple(names))


@struct.dataclass
class LogicallyPartitioned(Partitioned):
    rules: Any = struct.field(default=None, pytree_node=False)


def _is_box(x):
    return isinstance(x, AxisMetadata)


def unbox(tree):
    return jax.tree.map(lambda x: unbox(x.unbox()) if _is_box(x) else x, tree, is_leaf=_is_box)


_unboxed = unbox


def _reboxed(old, new):
    """The new value in the box that the old one is in."""
    return old.replace_boxed(_reboxed(old.value, new)) if _is_box(old) and not _is_box(new) else new


def _with_axis(tree, index, params):
    """The boxes of variables that got an axis."""
    return jax.tree.map(lambda x: x.add_axis(index, params) if _is_box(x) else x, tree, is_leaf=_is_box)


def with_partitioning(fn, names, mesh=None):
    @functools.wraps(fn)
    def boxed(*args, **kwargs):
        return Partitioned(fn(*args, **kwargs), names, mesh=mesh)

    return boxed


def with_logical_partitioning(fn, names, mesh=None, rules=None):
    @functools.wraps(fn)
    def boxed(*args, **kwargs):
        return LogicallyPartitioned(fn(*args, **kwargs), names, mesh=mesh, rules=rules)

    return boxed


def with_logical_constraint(x, logical_axis_resources, rules=None, mesh=None, fallback=None):
    return x


_axis_rules = [()]


def set_logical_axis_rules(rules):
    _axis_rules[0] = rules


def get_logical_axis_rules():
    return _axis_rules[0]


class logical_axis_rules:
    """In the block, the rules by which names of axes become those of a mesh."""

    def __init__(self, rules):
        self.rules = rules

    def __enter__(self):
        self.before = get_logical_axis_rules()
        set_logical_axis_rules(self.rules)

    def __exit__(self, *exception):
        set_logical_axis_rules(self.before)
