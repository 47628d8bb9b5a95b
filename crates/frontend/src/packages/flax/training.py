"""flax.training: the state of a training."""
import functools
from typing import Any, Callable, NamedTuple

import jax
import jax.numpy as jnp
import optax
from __keramos__ import is_host
from flax import core, struct


class TrainState(struct.PyTreeNode):
    step: int
    apply_fn: Callable = struct.field(pytree_node=False)
    params: Any = struct.field(pytree_node=True)
    tx: Any = struct.field(pytree_node=False)
    opt_state: Any = struct.field(pytree_node=True)

    def apply_gradients(self, *, grads, **kwargs):
        updates, opt_state = self.tx.update(grads, self.opt_state, self.params)
        params = optax.apply_updates(self.params, updates)
        return self.replace(step=self.step + 1, params=params, opt_state=opt_state, **kwargs)

    @classmethod
    def create(cls, *, apply_fn, params, tx, **kwargs):
        return cls(step=0, apply_fn=apply_fn, params=params, tx=tx, opt_state=tx.init(params), **kwargs)


def onehot(labels, num_classes, on_value=1.0, off_value=0.0):
    hot = labels[..., None] == jnp.arange(num_classes).reshape((1,) * labels.ndim + (-1,))
    return jnp.where(hot, on_value, off_value).astype(jnp.float32)


def stack_forest(forest):
    return jax.tree.map(lambda *xs: jnp.stack(xs), *forest)


def shard(xs):
    """A first axis for the devices, of which there is one."""
    return xs if is_host(xs) else jax.tree.map(lambda x: x if is_host(x) else x.reshape((1,) + x.shape), xs)


def shard_prng_key(prng_key):
    return jax.random.split(prng_key, num=1)


def get_metrics(device_metrics):
    return stack_forest(jax.tree.map(lambda x: x[0], device_metrics))


class DynamicScaleResult(NamedTuple):
    dynamic_scale: Any
    finite: Any
    aux: Any
    grad: Any


class DynamicScale(struct.PyTreeNode):
    growth_factor: float = struct.field(pytree_node=False, default=2.0)
    backoff_factor: float = struct.field(pytree_node=False, default=0.5)
    growth_interval: int = struct.field(pytree_node=False, default=2000)
    fin_steps: int = 0
    scale: float = 65536.0
    minimum_scale: Any = struct.field(pytree_node=False, default=1.1754943508222875e-38)

    def value_and_grad(self, fun, argnums=0, has_aux=False, axis_name=None):
        @functools.wraps(fun)
        def scaled(*args):
            result = fun(*args)
            return (self.scale * result[0], result[1]) if has_aux else self.scale * result

        def compute(*args):
            aux, grad = jax.value_and_grad(scaled, argnums, has_aux)(*args)
            aux = (aux[0] / self.scale, aux[1]) if has_aux else aux / self.scale
            grad = jax.tree.map(lambda g: jnp.asarray(g, jnp.float32) / self.scale, grad)
            if axis_name is not None:
                grad = jax.lax.pmean(grad, axis_name)
            finite = jnp.array(True)
            for g in jax.tree.leaves(grad):
                finite &= jnp.all(jax.lax.is_finite(g))
            grow = self.fin_steps == self.growth_interval
            largest = jnp.finfo(jnp.float32).max
            larger = jnp.minimum(self.scale * self.growth_factor, largest)
            smaller = self.scale * self.backoff_factor
            if self.minimum_scale is not None:
                smaller = jnp.maximum(smaller, self.minimum_scale)
            scale = jnp.where(finite, jnp.where(grow & finite, larger, self.scale), smaller)
            steps = jnp.where(grow | (~finite), 0, self.fin_steps + 1)
            return DynamicScaleResult(self.replace(fin_steps=steps, scale=scale), finite, aux, grad)

        return compute
