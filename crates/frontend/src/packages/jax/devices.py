import jax.sharding as _sharding
from jax import eval_shape as _eval_shape
from jax.numpy import asarray as _asarray
from jax.tree import map as _tree_map

NamedSharding = _sharding.NamedSharding
P = _sharding.PartitionSpec
make_mesh = _sharding.make_mesh
pmap = _sharding.pmap
reshard = _sharding.reshard
set_mesh = _sharding.set_mesh
shard_map = _sharding.shard_map
smap = _sharding.smap


def live_arrays(platform=None):
    """None: a program that is compiled holds no arrays."""
    return []


def make_array_from_process_local_data(sharding, local_data, global_shape=None):
    """The data themselves: an artifact runs in one process."""
    return local_data


def make_array_from_callback(shape, sharding, data_callback, *, dtype=None):
    """What the callback gives for the whole array."""
    return data_callback(tuple(slice(None) for _ in shape))


def device_put_replicated(x, devices):
    """A new first axis of size 1: an artifact runs on one device."""
    return _tree_map(lambda leaf: _asarray(leaf)[None], x)


def device_put_sharded(shards, devices):
    """A new first axis of size 1: an artifact runs on one device."""
    if len(shards) != 1:
        raise NotImplementedError(f"an artifact runs on one device, and there are {len(shards)} shards")
    return _tree_map(lambda leaf: _asarray(leaf)[None], shards[0])


def typeof(x):
    """The element type and shape of an array."""
    return _eval_shape(lambda x: x, x)
