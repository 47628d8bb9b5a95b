"""A train state of linen spread over the devices that there are, as the larger examples of Flax have it: over one."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import jax_utils
from flax import linen as nn
from flax.training import common_utils, train_state
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from ml_collections import ConfigDict


def get_config():
    config = ConfigDict()
    config.width = 16
    config.optimizer = ConfigDict({"name": "adam", "learning_rate": 1e-2})
    config.dropout = 0.1
    return config.lock()


class TrainState(train_state.TrainState):
    batch_stats: dict
    key: jax.Array


class Net(nn.Module):
    width: int
    dropout: float

    @nn.compact
    def __call__(self, x, train):
        x = nn.Dense(self.width)(x)
        x = nn.BatchNorm(use_running_average=not train, axis_name="batch")(x)
        x = nn.Dropout(self.dropout, deterministic=not train)(nn.gelu(x))
        return nn.Dense(3)(x)


def train_step(state, batch):
    dropout_key = jax.random.fold_in(state.key, state.step)

    def loss_fn(params):
        variables = {"params": params, "batch_stats": state.batch_stats}
        logits, updates = state.apply_fn(
            variables, batch["features"], True, mutable=["batch_stats"], rngs={"dropout": dropout_key}
        )
        labels = common_utils.onehot(batch["label"], 3)
        return optax.softmax_cross_entropy(logits, labels).mean(), updates

    (loss, updates), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    grads = jax.lax.pmean(grads, axis_name="batch")
    state = state.apply_gradients(grads=grads, batch_stats=updates["batch_stats"])
    return state, {"loss": jax.lax.pmean(loss, axis_name="batch")}


config = get_config()
mesh = Mesh(jax.devices(), ("data",))
model = Net(config.width, config.dropout)
variables = model.init(jax.random.key(0), jnp.ones((1, 4)), False)
state = TrainState.create(
    apply_fn=model.apply,
    params=jax.device_put(variables["params"], NamedSharding(mesh, P())),
    tx=getattr(optax, config.optimizer.name)(config.optimizer.learning_rate),
    batch_stats=variables["batch_stats"],
    key=jax.random.key(1),
)
state = jax_utils.replicate(state)
p_train_step = jax.pmap(functools.partial(train_step), axis_name="batch")

data = np.load("labels.npz")
history = {"loss": []}
for epoch in range(3):
    losses = []
    for start in range(0, 72, 12):
        batch = {"features": data["x_train"][start : start + 12], "label": data["y_train"][start : start + 12]}
        state, metrics = p_train_step(state, common_utils.shard(batch))
        losses.append(metrics["loss"])
    history["loss"].append(float(np.mean(losses)))
state = jax_utils.unreplicate(state)
