import jax
import keras


def _parts(data):
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    return data + (None,) * (3 - len(data))


def _forward(model, training):
    return {"training": training} if model._call_has_training_arg else {}


def compute_loss_and_updates(
    model,
    trainable_variables,
    non_trainable_variables,
    metrics_variables,
    x,
    y,
    sample_weight,
    training=False,
    optimizer_variables=None,
):
    y_pred, non_trainable_variables = model.stateless_call(
        trainable_variables, non_trainable_variables, x, **_forward(model, training)
    )
    loss, variables = model.stateless_compute_loss(
        trainable_variables,
        non_trainable_variables,
        metrics_variables,
        x=x,
        y=y,
        y_pred=y_pred,
        sample_weight=sample_weight,
        training=training,
    )
    scaled = loss
    if training and model.optimizer is not None and optimizer_variables is not None:
        mapping = list(zip(model.optimizer.variables, optimizer_variables))
        with keras.StatelessScope(state_mapping=mapping):
            scaled = model.optimizer.scale_loss(loss)
    return scaled, (loss, y_pred, variables[1], variables[2])


def train_step(model, state, data):
    trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
    x, y, sample_weight = _parts(data)
    gradient = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
    (_, (loss, y_pred, non_trainable_variables, metrics_variables)), grads = gradient(
        trainable_variables,
        non_trainable_variables,
        metrics_variables,
        x,
        y,
        sample_weight,
        training=True,
        optimizer_variables=optimizer_variables,
    )
    trainable_variables, optimizer_variables = model.optimizer.stateless_apply(
        optimizer_variables, grads, trainable_variables
    )
    logs, metrics_variables = model._update_metrics_variables(metrics_variables, loss, x, y, y_pred, sample_weight)
    return logs, (trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)


def test_step(model, state, data):
    trainable_variables, non_trainable_variables, metrics_variables = state
    x, y, sample_weight = _parts(data)
    _, (loss, y_pred, non_trainable_variables, metrics_variables) = model.compute_loss_and_updates(
        trainable_variables, non_trainable_variables, metrics_variables, x, y, sample_weight, training=False
    )
    logs, metrics_variables = model._update_metrics_variables(metrics_variables, loss, x, y, y_pred, sample_weight)
    return logs, (trainable_variables, non_trainable_variables, metrics_variables)


def predict_step(model, state, data):
    trainable_variables, non_trainable_variables = state
    x, _, _ = _parts(data)
    return model.stateless_call(trainable_variables, non_trainable_variables, x, **_forward(model, False))
