# Losses: one value per example, or per element.


def squared_error(predictions, targets=None):
    return (predictions if targets is None else predictions - targets) ** 2


def l2_loss(predictions, targets=None):
    return 0.5 * squared_error(predictions, targets)


def huber_loss(predictions, targets=None, *, delta=1.0):
    errors = jnp.abs(predictions if targets is None else predictions - targets)
    near = jnp.minimum(errors, delta)
    return 0.5 * near**2 + delta * (errors - near)


def log_cosh(predictions, targets=None):
    errors = predictions if targets is None else predictions - targets
    return jnp.logaddexp(errors, -errors) - jnp.log(2.0).astype(errors.dtype)


def sigmoid_binary_cross_entropy(logits, labels):
    labels = jnp.asarray(labels).astype(logits.dtype)
    return -labels * jax.nn.log_sigmoid(logits) - (1.0 - labels) * jax.nn.log_sigmoid(-logits)


def softmax_cross_entropy(logits, labels, axis=-1, where=None):
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    return -(labels * jax.nn.log_softmax(logits, axis, where)).sum(axis, where=where)


def softmax_cross_entropy_with_integer_labels(logits, labels, axis=-1, where=None):
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    chosen = jnp.take_along_axis(logits, jnp.expand_dims(labels, axis), axis=axis).squeeze(axis)
    loss = jax.nn.logsumexp(logits, axis=axis, where=where) - chosen
    return loss if where is None else jnp.where(jnp.any(where, axis), loss, 0.0)


def safe_softmax_cross_entropy(logits, labels):
    log_p = jax.nn.log_softmax(logits, axis=-1)
    counts = labels != 0.0
    return -jnp.sum(jnp.where(counts, labels * jnp.where(counts, log_p, 0.0), 0.0), axis=-1)


def poly_loss_cross_entropy(logits, labels, *, epsilon=2.0, axis=-1, where=None):
    missed = jnp.sum(labels * (1 - jax.nn.softmax(logits, axis=axis, where=where)), axis=axis, where=where)
    return softmax_cross_entropy(logits, labels, axis, where) + epsilon * missed


def sigmoid_focal_loss(logits, labels, *, alpha=None, gamma=2.0):
    labels = jnp.asarray(labels).astype(logits.dtype)
    both = jnp.stack([jax.nn.log_sigmoid(logits), jax.nn.log_sigmoid(-logits)], axis=-1)
    missed = jax.nn.logsumexp(both, axis=-1, b=jnp.stack([1 - labels, labels], axis=-1))
    loss = sigmoid_binary_cross_entropy(logits, labels) * jnp.exp(gamma * missed)
    return loss if alpha is None else (alpha * labels + (1.0 - alpha) * (1.0 - labels)) * loss


def hinge_loss(predictor_outputs, targets):
    return jnp.maximum(0, 1 - predictor_outputs * targets)


def perceptron_loss(predictor_outputs, targets):
    return jnp.maximum(0, -predictor_outputs * targets)


def sparsemax_loss(logits, labels):
    return jax.nn.sparse_plus(jnp.where(labels, -logits, logits))


def multiclass_hinge_loss(scores, labels):
    chosen = jax.nn.one_hot(labels, scores.shape[-1])
    return jnp.max(scores + 1.0 - chosen, axis=-1) - jnp.sum(scores * chosen, axis=-1)


def multiclass_perceptron_loss(scores, labels):
    chosen = jax.nn.one_hot(labels, scores.shape[-1])
    return jnp.max(scores, axis=-1) - jnp.sum(scores * chosen, axis=-1)


def kl_divergence(log_predictions, targets, axis=-1, where=None):
    log_targets = jnp.where(targets == 0, 0, jnp.log(targets))
    return jnp.sum(targets * (log_targets - log_predictions), axis=axis, where=where)


def kl_divergence_with_log_targets(log_predictions, log_targets, axis=-1, where=None):
    return jnp.sum(jnp.exp(log_targets) * (log_targets - log_predictions), axis=axis, where=where)


def generalized_kl_divergence(log_predictions, targets, axis=-1, where=None):
    rest = jnp.sum(jnp.exp(log_predictions) - targets, axis=axis, where=where)
    return kl_divergence(log_predictions, targets, axis, where) + rest


convex_kl_divergence = generalized_kl_divergence


def cosine_similarity(predictions, targets, *, epsilon=0.0, axis=-1, where=None):
    def unit(x):
        return x / jnp.sqrt(jnp.square(x).sum(axis=axis, where=where, keepdims=True).clip(epsilon))

    return (unit(predictions) * unit(targets)).sum(axis=axis, where=where)


def cosine_distance(predictions, targets, *, epsilon=0.0, axis=-1, where=None):
    return 1.0 - cosine_similarity(predictions, targets, epsilon=epsilon, axis=axis, where=where)


def smooth_labels(labels, alpha, *, axis=-1, where=None):
    classes = labels.shape[axis] if where is None else jnp.sum(where, axis, keepdims=True)
    return (1.0 - alpha) * labels + alpha / classes
