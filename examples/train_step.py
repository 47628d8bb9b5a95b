"""A Keras model under a hand-written training step: jax.value_and_grad, stateless_call and an optimizer."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

keras.utils.set_random_seed(42)

model = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10),
    ]
)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=1e-3)


def compute_loss_and_updates(trainable_variables, non_trainable_variables, x, y):
    y_pred, non_trainable_variables = model.stateless_call(
        trainable_variables, non_trainable_variables, x, training=True
    )
    return loss_fn(y, y_pred), non_trainable_variables


grad_fn = jax.value_and_grad(compute_loss_and_updates, has_aux=True)


@jax.jit
def train_step(state, data):
    trainable_variables, non_trainable_variables, optimizer_variables = state
    x, y = data
    (loss, non_trainable_variables), grads = grad_fn(trainable_variables, non_trainable_variables, x, y)
    trainable_variables, optimizer_variables = optimizer.stateless_apply(
        optimizer_variables, grads, trainable_variables
    )
    return loss, (trainable_variables, non_trainable_variables, optimizer_variables)


@jax.jit
def eval_step(state, data):
    trainable_variables, non_trainable_variables, _ = state
    x, y = data
    y_pred, _ = model.stateless_call(trainable_variables, non_trainable_variables, x)
    return loss_fn(y, y_pred)


def load():
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train = x_train.reshape(-1, 784).astype("float32") / 255
    x_test = x_test.reshape(-1, 784).astype("float32") / 255
    return (x_train, y_train), (x_test, y_test)


def batches(x, y, size=64):
    for start in range(0, len(x) - size + 1, size):
        yield x[start : start + size], y[start : start + size]


(x_train, y_train), (x_test, y_test) = load()
optimizer.build(model.trainable_variables)
# The values of the variables are what JAX sees; the steps hand on new values.
state = tuple(
    [variable.value for variable in variables]
    for variables in (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
)

for epoch in range(3):
    for step, data in enumerate(batches(x_train, y_train)):
        loss, state = train_step(state, data)
        if step % 100 == 0:
            print(f"epoch {epoch}, step {step}: loss {float(loss):.4f}")
    losses = [float(eval_step(state, data)) for data in batches(x_test, y_test)]
    print(f"epoch {epoch}: test loss {np.mean(losses):.4f}")

trainable_variables, non_trainable_variables, _ = state
for variable, value in zip(model.trainable_variables, trainable_variables):
    variable.assign(value)
