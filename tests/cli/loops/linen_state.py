"""A classifier of Flax linen with batch statistics and dropout, in a TrainState, as its guides keep one."""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training import train_state

data = np.load("labels.npz")


class Classifier(nn.Module):
    hidden: int = 16
    classes: int = 3

    @nn.compact
    def __call__(self, x, train: bool):
        x = nn.Dense(self.hidden)(x)
        x = nn.BatchNorm(use_running_average=not train, momentum=0.9)(x)
        x = nn.Dropout(0.2, deterministic=not train)(nn.relu(x))
        return nn.Dense(self.classes)(x)


class TrainState(train_state.TrainState):
    batch_stats: Any
    key: jax.Array


model = Classifier()
root_key = jax.random.key(0)
params_key, dropout_key = jax.random.split(root_key)
variables = model.init(params_key, jnp.ones((1, 4)), train=False)
print(model.tabulate(params_key, jnp.ones((1, 4)), train=False))
state = TrainState.create(
    apply_fn=model.apply,
    params=variables["params"],
    batch_stats=variables["batch_stats"],
    key=dropout_key,
    tx=optax.sgd(0.05, momentum=0.9),
)


@jax.jit
def train_step(state, batch):
    step_key = jax.random.fold_in(state.key, state.step)

    def loss_fn(params):
        logits, updates = state.apply_fn(
            {"params": params, "batch_stats": state.batch_stats},
            x=batch["x"],
            train=True,
            rngs={"dropout": step_key},
            mutable=["batch_stats"],
        )
        labels = jax.nn.one_hot(batch["y"], 3)
        return optax.softmax_cross_entropy(logits, labels).mean(), (logits, updates)

    (loss, (logits, updates)), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    state = state.apply_gradients(grads=grads)
    state = state.replace(batch_stats=updates["batch_stats"])
    return state, {"loss": loss, "accuracy": jnp.mean(jnp.argmax(logits, -1) == batch["y"])}


history = {"loss": [], "accuracy": []}
for epoch in range(3):
    kept = []
    for i in range(0, 72, 12):
        batch = {"x": data["x_train"][i : i + 12], "y": data["y_train"][i : i + 12]}
        state, metrics = train_step(state, batch)
        kept.append(metrics)
    for name in history:
        history[name].append(float(np.mean([metrics[name] for metrics in kept])))
