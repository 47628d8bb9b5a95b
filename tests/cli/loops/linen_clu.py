"""A train state of linen that carries metrics of clu, as the first tutorial of linen has it."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from clu import metrics
from flax import linen as nn
from flax import struct
from flax.training import train_state


class MLP(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(features=16)(x))
        return nn.Dense(features=3)(x)


@struct.dataclass
class Metrics(metrics.Collection):
    accuracy: metrics.Accuracy
    loss: metrics.Average.from_output("loss")


class TrainState(train_state.TrainState):
    metrics: Metrics


def create_train_state(module, rng, learning_rate, momentum):
    params = module.init(rng, jnp.ones([1, 4]))["params"]
    tx = optax.sgd(learning_rate, momentum)
    return TrainState.create(apply_fn=module.apply, params=params, tx=tx, metrics=Metrics.empty())


@jax.jit
def train_step(state, batch):
    def loss_fn(params):
        logits = state.apply_fn({"params": params}, batch["features"])
        loss = optax.softmax_cross_entropy_with_integer_labels(logits=logits, labels=batch["label"]).mean()
        return loss, logits

    (loss, logits), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    state = state.apply_gradients(grads=grads)
    update = state.metrics.single_from_model_output(logits=logits, labels=batch["label"], loss=loss)
    metrics = state.metrics.merge(update)
    accuracy = metrics.compute()["accuracy"]
    return state.replace(metrics=metrics), loss, accuracy


data = np.load("labels.npz")
state = create_train_state(MLP(), jax.random.key(0), 0.1, 0.9)
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses, accuracies = [], []
    for start in range(0, 72, 12):
        batch = {"features": data["x_train"][start : start + 12], "label": data["y_train"][start : start + 12]}
        state, loss, accuracy = train_step(state, batch)
        losses.append(loss)
        accuracies.append(accuracy)
    history["loss"].append(float(np.mean(losses)))
    history["accuracy"].append(float(np.mean(accuracies)))
    for name, value in state.metrics.compute().items():
        print(f"{name}: {value}")
