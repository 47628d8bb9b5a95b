# Losses: one value per example, or per element.


def _told(targets, predictions, classes=False):
    """Data of the run whose type is not known are told what a loss takes."""
    if hasattr(targets, "_like"):
        targets._classes_of(predictions) if classes else targets._like(predictions)
    return targets


def squared_error(predictions, targets=None):
    _told(targets, predictions)
    return (predictions if targets is None else predictions - targets) ** 2


def l2_loss(predictions, targets=None):
    return 0.5 * squared_error(predictions, targets)


def huber_loss(predictions, targets=None, *, delta=1.0):
    _told(targets, predictions)
    errors = jnp.abs(predictions if targets is None else predictions - targets)
    near = jnp.minimum(errors, delta)
    return 0.5 * near**2 + delta * (errors - near)


def log_cosh(predictions, targets=None):
    _told(targets, predictions)
    errors = predictions if targets is None else predictions - targets
    return jnp.logaddexp(errors, -errors) - jnp.log(2.0).astype(errors.dtype)


def sigmoid_binary_cross_entropy(logits, labels):
    _told(labels, logits)
    labels = jnp.asarray(labels).astype(logits.dtype)
    return -labels * jax.nn.log_sigmoid(logits) - (1.0 - labels) * jax.nn.log_sigmoid(-logits)


def softmax_cross_entropy(logits, labels, axis=-1, where=None):
    _told(labels, logits)
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    return -(labels * jax.nn.log_softmax(logits, axis, where)).sum(axis, where=where)


def softmax_cross_entropy_with_integer_labels(logits, labels, axis=-1, where=None):
    _told(labels, logits, classes=True)
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    if isinstance(axis, tuple):
        # The axes of the classes become one, the last.
        classes = [i % logits.ndim for i in axis]
        others = [i for i in range(logits.ndim) if i not in classes]
        axis = len(others)

        def as_last(x):
            x = jnp.transpose(x, others + classes)
            return x.reshape(x.shape[:axis] + (-1,))

        logits, where = as_last(logits), None if where is None else as_last(where)
    chosen = jnp.take_along_axis(logits, jnp.expand_dims(labels, axis), axis=axis).squeeze(axis)
    loss = jax.nn.logsumexp(logits, axis=axis, where=where) - chosen
    return loss if where is None else jnp.where(jnp.any(where, axis), loss, 0.0)


@jax.custom_jvp
def _weighted_log_softmax(x, weights):
    log_p = jax.nn.log_softmax(x, axis=-1)
    return jnp.where(weights != 0.0, weights * log_p, jnp.zeros_like(log_p))


@_weighted_log_softmax.defjvp
def _weighted_log_softmax_jvp(primals, tangents):
    (x, weights), (moved, moved_weights) = primals, tangents
    mean = jnp.sum(moved * jax.nn.softmax(x, axis=-1), axis=-1, keepdims=True)
    tangent = weights * moved - weights * mean + moved_weights * jax.nn.log_softmax(x, axis=-1)
    return _weighted_log_softmax(x, weights), tangent


def safe_softmax_cross_entropy(logits, labels):
    _told(labels, logits)
    return -jnp.sum(_weighted_log_softmax(logits, labels), axis=-1)


def poly_loss_cross_entropy(logits, labels, *, epsilon=2.0, axis=-1, where=None):
    missed = jnp.sum(labels * (1 - jax.nn.softmax(logits, axis=axis, where=where)), axis=axis, where=where)
    return softmax_cross_entropy(logits, labels, axis, where) + epsilon * missed


def sigmoid_focal_loss(logits, labels, *, alpha=None, gamma=2.0):
    _told(labels, logits)
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


def multiclass_sparsemax_loss(scores, labels):
    ordered = -jnp.sort(-scores, axis=-1)
    excess = jnp.cumsum(ordered, axis=-1) - 1.0
    places = jnp.arange(1, scores.shape[-1] + 1)
    support = jnp.sum(ordered * places > excess, axis=-1, keepdims=True)
    threshold = jnp.take_along_axis(excess, support - 1, axis=-1) / support
    chances = jax.nn.relu(scores - threshold)
    behind = scores - jnp.take_along_axis(scores, labels[..., None], axis=-1)
    behind = jnp.where(places - 1 == labels[..., None], 0.0, behind)
    lead = jnp.sum(chances * jnp.where(chances > 0, behind, 0.0), axis=-1)
    return lead + 0.5 * (1.0 - jnp.sum(chances**2, axis=-1))


def triplet_margin_loss(anchors, positives, negatives, axis=-1, norm_degree=2, margin=1.0, eps=1e-6):
    def distance(others):
        return jnp.power(jnp.power(anchors - others, norm_degree).sum(axis) + eps, 1 / norm_degree)

    return jnp.maximum(distance(positives) - distance(negatives) + margin, 0)


def ntxent(embeddings, labels, temperature=0.07):
    tiny = jnp.finfo(embeddings.dtype).eps
    near = cosine_similarity(embeddings[None, :, :], embeddings[:, None, :], epsilon=tiny) / temperature
    equal = labels[:, None] == labels[None, :]
    pairs = equal & ~jnp.eye(labels.shape[0], dtype=bool)
    others, partners = jnp.where(equal, -jnp.inf, near), jnp.where(pairs, near, -jnp.inf)
    largest = jnp.max(jnp.concatenate([others, partners], axis=-1), axis=1, keepdims=True)
    largest = jax.lax.stop_gradient(largest)
    others, partners = others - largest, partners - largest
    shares = partners - jnp.log(jnp.sum(jnp.exp(others), axis=1, keepdims=True) + jnp.exp(partners))
    return -jnp.where(pairs, shares, 0.0).sum() / pairs.sum()


def ranking_softmax_loss(logits, labels, *, where=None, weights=None, reduce_fn=jnp.mean):
    labels = labels.astype(logits.dtype)
    if where is not None:
        labels, logits = jnp.where(where, labels, 0.0), jnp.where(where, logits, -jnp.inf)
    if weights is not None:
        labels = labels * weights
    loss = -jnp.sum(labels * jax.nn.log_softmax(logits, axis=-1), axis=-1, where=where)
    if reduce_fn is None:
        return loss if where is None else jnp.where(jnp.any(where, axis=-1), loss, 0.0)
    if where is None:
        return reduce_fn(loss)
    lists = jnp.any(where, axis=-1)
    return jnp.where(jnp.any(lists), reduce_fn(loss, where=lists), 0.0)


def dice_loss(
    predictions,
    targets,
    *,
    class_weights=None,
    smooth=1.0,
    alpha=0.5,
    beta=0.5,
    apply_softmax=True,
    reduction="mean",
    ignore_background=False,
    axis=None,
):
    if predictions.ndim == targets.ndim - 1:
        predictions = predictions[..., None]
    if targets.ndim == predictions.ndim - 1:
        targets = targets[..., None]
    chances = predictions
    if apply_softmax:
        one = predictions.shape[-1] == 1
        chances = jax.nn.sigmoid(predictions) if one else jax.nn.softmax(predictions, axis=-1)
    axis = tuple(range(1, chances.ndim - 1)) if axis is None else axis
    common = jnp.sum(chances * targets, axis=axis)
    missed = alpha * (jnp.sum(chances, axis=axis) - common) + beta * (jnp.sum(targets, axis=axis) - common)
    loss = 1.0 - (common + smooth) / (common + missed + smooth)
    if class_weights is not None:
        loss = loss * class_weights
    if ignore_background and chances.shape[-1] > 1:
        loss = loss[..., 1:]
    if reduction == "mean":
        return jnp.mean(loss, axis=-1)
    return jnp.sum(loss, axis=-1) if reduction == "sum" else loss


def multiclass_generalized_dice_loss(predictions, targets, *, smooth=1.0, apply_softmax=True, ignore_background=False):
    counts = jnp.sum(targets, axis=tuple(range(targets.ndim - 1)))
    weights = 1.0 / (counts**2 + 1e-7)
    weights = weights / jnp.sum(weights) * len(weights)
    return jnp.mean(
        dice_loss(
            predictions, targets, class_weights=weights, smooth=smooth, apply_softmax=apply_softmax, reduction="none",
            ignore_background=ignore_background,
        )
    )


def binary_dice_loss(predictions, targets, *, smooth=1.0, apply_sigmoid=True):
    if predictions.ndim == targets.ndim and predictions.shape[-1] != 1:
        predictions, targets = predictions[..., None], targets[..., None]
    return dice_loss(predictions, targets, smooth=smooth, apply_softmax=apply_sigmoid)


def make_fenchel_young_loss(max_fun):
    def fenchel_young_loss(scores, targets, *args, **kwargs):
        largest = jnp.vectorize(lambda s: max_fun(s, *args, **kwargs), signature="(n)->()")(scores)
        return largest - jnp.sum(targets * scores, axis=-1)

    return fenchel_young_loss


def ctc_loss(logits, logit_paddings, labels, label_paddings, *, blank_id=0, log_epsilon=-1e5):
    """The negative logarithm of the chance of each row's labels, summed over alignments."""
    return ctc_loss_with_forward_probs(
        logits, logit_paddings, labels, label_paddings, blank_id=blank_id, log_epsilon=log_epsilon
    )[0]


def ctc_loss_with_forward_probs(logits, logit_paddings, labels, label_paddings, *, blank_id=0, log_epsilon=-1e5):
    """The loss, and the logarithms of the chances of every frame's states: between labels (frames, rows, labels + 1),
    and at labels (frames, rows, labels). The forward algorithm (Graves et al., 2006)."""
    rows, count = labels.shape
    chances = jax.nn.log_softmax(logits)
    blank = jnp.swapaxes(chances[:, :, blank_id : blank_id + 1], 0, 1)
    emitted = jnp.swapaxes(jnp.take_along_axis(chances, labels[:, None, :], axis=2), 0, 1)
    again = jnp.pad((labels[:, :-1] == labels[:, 1:]).astype(jnp.float32), ((0, 0), (0, 1)))

    def plus(between, added):
        """Chances between labels, with those of coming from the label before."""
        return jnp.concatenate([between[:, :1], jnp.logaddexp(between[:, 1:], added)], axis=-1)

    def step(state, inputs):
        between, at = state
        emit, skip, padding = inputs
        padding = padding[:, None]
        # Equal labels have a blank between them.
        reached = plus(between, at + log_epsilon * again)
        new_at = jnp.logaddexp(reached[:, :-1] + emit, at + emit)
        new_between = plus(reached + skip, at + skip + log_epsilon * (1.0 - again))
        new_at = padding * at + (1.0 - padding) * new_at
        new_between = padding * between + (1.0 - padding) * new_between
        return (new_between, new_at), (new_between, new_at)

    start = jnp.full((rows, count + 1), log_epsilon).at[:, 0].set(0.0), jnp.full((rows, count), log_epsilon)
    _, (between, at) = jax.lax.scan(step, start, (emitted, blank, jnp.swapaxes(logit_paddings, 0, 1)))
    last = plus(between[-1], at[-1])
    lengths = count - jnp.sum(label_paddings, axis=1).astype(jnp.int32)
    loss = -jnp.sum(last * jax.nn.one_hot(lengths, count + 1), axis=-1)
    return loss, between.at[-1].set(last), at
