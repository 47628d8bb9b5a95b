"""A training loop written from scratch over Keras's stateless API, with a metric in the state and an evaluation step."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

keras.utils.set_random_seed(7)
data = np.load("labels.npz")
x_train, y_train = data["x_train"], data["y_train"]
x_val, y_val = data["x_val"], data["y_val"]
batch_size, epochs = 12, 4


def get_model():
    inputs = keras.Input(shape=(4,), name="features")
    x = keras.layers.Dense(16, activation="relu")(inputs)
    x = keras.layers.Dropout(0.2)(x)
    x = keras.layers.BatchNormalization()(x)
    outputs = keras.layers.Dense(3, name="predictions")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


model = get_model()
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=1e-2)
train_acc_metric = keras.metrics.SparseCategoricalAccuracy()
val_acc_metric = keras.metrics.SparseCategoricalAccuracy()


def compute_loss_and_updates(trainable_variables, non_trainable_variables, metric_variables, x, y):
    y_pred, non_trainable_variables = model.stateless_call(
        trainable_variables, non_trainable_variables, x, training=True
    )
    loss = loss_fn(y, y_pred)
    metric_variables = train_acc_metric.stateless_update_state(metric_variables, y, y_pred)
    return loss, (non_trainable_variables, metric_variables)


grad_fn = jax.value_and_grad(compute_loss_and_updates, has_aux=True)


@jax.jit
def train_step(state, data):
    trainable_variables, non_trainable_variables, optimizer_variables, metric_variables = state
    x, y = data
    (loss, (non_trainable_variables, metric_variables)), grads = grad_fn(
        trainable_variables, non_trainable_variables, metric_variables, x, y
    )
    trainable_variables, optimizer_variables = optimizer.stateless_apply(
        optimizer_variables, grads, trainable_variables
    )
    return loss, (trainable_variables, non_trainable_variables, optimizer_variables, metric_variables)


@jax.jit
def eval_step(state, data):
    trainable_variables, non_trainable_variables, metric_variables = state
    x, y = data
    y_pred, non_trainable_variables = model.stateless_call(
        trainable_variables, non_trainable_variables, x, training=False
    )
    loss = loss_fn(y, y_pred)
    metric_variables = val_acc_metric.stateless_update_state(metric_variables, y, y_pred)
    return loss, (trainable_variables, non_trainable_variables, metric_variables)


def batches(x, y):
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


optimizer.build(model.trainable_variables)
trainable_variables = [v.value for v in model.trainable_variables]
non_trainable_variables = [v.value for v in model.non_trainable_variables]
optimizer_variables = [v.value for v in optimizer.variables]
history = {"loss": [], "val_loss": []}

for epoch in range(epochs):
    metric_variables = [v.value for v in train_acc_metric.variables]
    state = trainable_variables, non_trainable_variables, optimizer_variables, metric_variables
    losses = []
    for step, data in enumerate(batches(x_train, y_train)):
        loss, state = train_step(state, data)
        losses.append(float(loss))
        if step % 2 == 0:
            print(f"Training loss at step {step}: {float(loss):.4f}")
    trainable_variables, non_trainable_variables, optimizer_variables, metric_variables = state
    for variable, value in zip(train_acc_metric.variables, metric_variables):
        variable.assign(value)
    print(f"Training accuracy: {train_acc_metric.result()}")
    train_acc_metric.reset_state()
    history["loss"].append(float(np.mean(losses)))

    metric_variables = [v.value for v in val_acc_metric.variables]
    state = trainable_variables, non_trainable_variables, metric_variables
    losses = []
    for data in batches(x_val, y_val):
        loss, state = eval_step(state, data)
        losses.append(float(loss))
    history["val_loss"].append(float(np.mean(losses)))
