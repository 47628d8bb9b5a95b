"""A step in two jitted functions, as Flax's examples had it: one gives gradients and numbers, one applies the gradients."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training import train_state

data = np.load("labels.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 12, 3


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(3)(nn.relu(nn.Dense(8)(x)))


@jax.jit
def apply_model(state, features, labels):
    def loss_fn(params):
        logits = state.apply_fn({"params": params}, features)
        loss = jnp.mean(optax.softmax_cross_entropy(logits=logits, labels=jax.nn.one_hot(labels, 3)))
        return loss, logits

    (loss, logits), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    accuracy = jnp.mean(jnp.argmax(logits, -1) == labels)
    return grads, loss, accuracy


@jax.jit
def update_model(state, grads):
    return state.apply_gradients(grads=grads)


net = Net()
params = net.init(jax.random.key(1), jnp.ones((1, 4)))["params"]
state = train_state.TrainState.create(apply_fn=net.apply, params=params, tx=optax.sgd(0.1, 0.9))

history = {"loss": [], "accuracy": []}
for epoch in range(epochs):
    losses, accuracies = [], []
    for start in range(0, len(x_train), batch_size):
        x, y = x_train[start : start + batch_size], y_train[start : start + batch_size]
        grads, loss, accuracy = apply_model(state, x, y)
        state = update_model(state, grads)
        losses.append(float(loss))
        accuracies.append(float(accuracy))
    history["loss"].append(float(np.mean(losses)))
    history["accuracy"].append(float(np.mean(accuracies)))
