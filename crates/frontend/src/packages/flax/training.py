"""flax.training: the state of a training."""
from typing import Any, Callable

import jax
import jax.numpy as jnp
import optax
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
