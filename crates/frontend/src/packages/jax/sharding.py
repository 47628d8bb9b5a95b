"""jax.sharding: how arrays lie on devices. An artifact runs on one, so that meshes have one device and every array lies
on it whole: what a program computes is what JAX computes with one device."""
import enum
import math

import jax
import jax.numpy as jnp

_meshes = []


class AxisType(enum.Enum):
    """What decides how arrays lie along an axis of a mesh; with one device, nothing does."""

    Auto = "auto"
    Explicit = "explicit"
    Manual = "manual"


class PartitionSpec:
    """The axes of a mesh that each axis of an array is spread over."""

    UNCONSTRAINED = "UNCONSTRAINED"

    def __init__(self, *partitions, unreduced=frozenset(), reduced=frozenset()):
        self._partitions = tuple(partitions)

    def __iter__(self):
        return iter(self._partitions)

    def __len__(self):
        return len(self._partitions)

    def __getitem__(self, i):
        return self._partitions[i]

    def __add__(self, other):
        return PartitionSpec(*self._partitions, *other)

    def __eq__(self, other):
        return isinstance(other, PartitionSpec) and self._partitions == other._partitions

    def __hash__(self):
        return hash(self._partitions)

    def __repr__(self):
        return f"PartitionSpec({', '.join(repr(part) for part in self._partitions)})"

    def index(self, value):
        return self._partitions.index(value)


def _one_device(shape):
    if math.prod(shape) != 1:
        raise NotImplementedError(
            f"a mesh of {math.prod(shape)} devices ({tuple(shape)}) is not compiled: an artifact runs on one device, so "
            f"the mesh would be {(1,) * len(shape)}"
        )


class Mesh:
    """Names for the axes of a grid of devices, each of size 1."""

    def __init__(self, devices, axis_names, *, axis_types=None):
        self.axis_names = (axis_names,) if isinstance(axis_names, str) else tuple(axis_names)
        self.devices = devices
        self.axis_types = axis_types
        self.shape = {name: 1 for name in self.axis_names}
        self.size = 1
        self.empty = False

    @property
    def axis_sizes(self):
        return (1,) * len(self.axis_names)

    @property
    def abstract_mesh(self):
        return self

    def __enter__(self):
        _meshes.append(self)
        return self

    def __exit__(self, kind, error, traceback):
        _meshes.pop()

    def __eq__(self, other):
        return isinstance(other, Mesh) and self.axis_names == other.axis_names

    def __hash__(self):
        return hash(self.axis_names)

    def __repr__(self):
        return f"Mesh({', '.join(f'{name!r}: 1' for name in self.axis_names)})"


AbstractMesh = Mesh


class Sharding:
    """How an array lies on devices: whole on the only one."""

    is_fully_replicated = True
    is_fully_addressable = True
    memory_kind = None

    def with_memory_kind(self, kind):
        return self

    def shard_shape(self, global_shape):
        return tuple(global_shape)


class NamedSharding(Sharding):
    """A mesh and the axes of it that each axis of an array is spread over."""

    def __init__(self, mesh, spec=None, *, memory_kind=None):
        self.mesh = mesh
        self.spec = spec
        self.memory_kind = memory_kind

    def update(self, **changes):
        return NamedSharding(changes.get("mesh", self.mesh), changes.get("spec", self.spec))

    def __eq__(self, other):
        return isinstance(other, NamedSharding) and (self.mesh, self.spec) == (other.mesh, other.spec)

    def __hash__(self):
        return hash((self.mesh, self.spec))

    def __repr__(self):
        return f"NamedSharding(mesh={self.mesh}, spec={self.spec})"


class SingleDeviceSharding(Sharding):
    """The only device."""

    def __init__(self, device, *, memory_kind=None):
        self.device = device


class PositionalSharding(Sharding):
    """A grid of devices without names."""

    def __init__(self, devices, *, memory_kind=None):
        self.shape = (1,)

    def reshape(self, *shape):
        return self

    def replicate(self, axis=None, keepdims=True):
        return self


class _Entered:
    """A mesh that is the current one from now on, or until a `with` statement ends."""

    def __init__(self, mesh):
        self._mesh = mesh
        _meshes.append(mesh)

    def __enter__(self):
        return self._mesh

    def __exit__(self, kind, error, traceback):
        _meshes.pop()


def set_mesh(mesh):
    """Makes a mesh the current one, for good or in a `with` statement."""
    return _Entered(mesh)


def use_mesh(mesh):
    """Makes a mesh the current one in a `with` statement."""
    return _Entered(mesh)


def get_mesh():
    """The current mesh."""
    return _meshes[-1] if _meshes else Mesh(None, ())


def get_abstract_mesh():
    """The current mesh."""
    return get_mesh()


def make_mesh(axis_shapes, axis_names, axis_types=None, *, devices=None):
    """A mesh of the only device, of which every axis has size 1."""
    _one_device(axis_shapes)
    return Mesh(None, axis_names, axis_types=axis_types)


def create_device_mesh(mesh_shape, devices=None, *, contiguous_submeshes=False, allow_split_physical_axes=False):
    """The only device as a grid."""
    _one_device(mesh_shape)
    return _host("the device that the program runs on")


def create_hybrid_device_mesh(mesh_shape, dcn_mesh_shape, devices=None, **options):
    """The only device as a grid."""
    _one_device(mesh_shape)
    _one_device(dcn_mesh_shape)
    return _host("the device that the program runs on")


def _whole(f, names):
    """The function of one device's part, which is the whole, with names for the mesh's axes."""
    for name in names:
        f = _named(f, name)
    return f


def _named(f, name):
    def mapped(*args):
        outer = jax.tree.map(lambda x: jnp.asarray(x)[None], args)
        return jax.tree.map(lambda x: x[0], jax.vmap(f, axis_name=name, axis_size=1)(*outer))

    return mapped


def shard_map(f=None, mesh=None, in_specs=None, out_specs=None, axis_names=None, check_vma=True, check_rep=True, auto=None):
    """The function itself, in which the axes of the mesh have size 1."""
    if f is None:
        return lambda f: shard_map(f, mesh, in_specs, out_specs, axis_names)

    def mapped(*args):
        return _whole(f, (mesh or get_mesh()).axis_names)(*args)

    return mapped


def smap(f=None, in_axes=0, out_axes=0, axis_name=None):
    """The function itself, in which the axis of the mesh has size 1."""
    if f is None:
        return lambda f: smap(f, in_axes, out_axes, axis_name)
    return lambda *args: _whole(f, (axis_name,))(*args)


def reshard(x, out_shardings):
    """The array itself: it lies on the only device."""
    return x


def pmap(
    fun,
    axis_name=None,
    *,
    in_axes=0,
    out_axes=0,
    static_broadcasted_argnums=(),
    devices=None,
    backend=None,
    axis_size=None,
    donate_argnums=(),
    global_arg_shapes=None,
):
    """jit(vmap) over an axis of size 1: an artifact runs on one device."""
    static = static_broadcasted_argnums
    static = (static,) if isinstance(static, int) else tuple(static)

    def mapped(*args, **kwargs):
        axes = [in_axes] * len(args) if isinstance(in_axes, int) else list(in_axes)
        axes = [None if i in static else axis for i, axis in enumerate(axes)]
        for arg, axis in zip(args, axes):
            for leaf in jax.tree.leaves(arg) if axis == 0 else ():
                if hasattr(leaf, "shape") and leaf.shape[:1] not in ((), (1,)):
                    raise NotImplementedError(
                        f"jax.pmap over {leaf.shape[0]} devices is not compiled: an artifact runs on one device, so that "
                        "the first size is 1; use jax.vmap to map over examples"
                    )
        open = [i for i in range(len(args)) if i not in static]

        def inner(*given, **named):
            whole = list(args)
            for i, value in zip(open, given):
                whole[i] = value
            return fun(*whole, **named)

        vmapped = jax.vmap(
            inner, in_axes=tuple(axes[i] for i in open), out_axes=out_axes, axis_name=axis_name, axis_size=1
        )
        return vmapped(*[args[i] for i in open], **kwargs)

    mapped.__name__ = getattr(fun, "__name__", "pmapped")
    return jax.jit(mapped, static_argnums=static, donate_argnums=donate_argnums)
