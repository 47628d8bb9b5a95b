"""Gradients of optax's losses, and its schedules at their ends and far beyond."""
import functools

import jax
import jax.numpy as jnp
import optax
from optax import losses

logits = jnp.array([[0.5, -1.25, 2.0, 0.1], [3.5, 0.1, -0.75, 1.0], [-0.3, 0.7, 0.2, -2.0]])
targets = jnp.array([[0.1, 0.2, 0.7, 0.0], [0.25, 0.25, 0.25, 0.25], [0.0, 1.0, 0.0, 0.0]])
labels = jnp.array([2, 0, 1])
signs = jnp.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]])
chosen = jnp.array([[True, True, False, True], [True, False, True, True], [True, True, True, False]])
log_p, log_q = jax.nn.log_softmax(logits), jax.nn.log_softmax(jnp.cos(logits))
images = jnp.sin(jnp.arange(48.0)).reshape(2, 2, 4, 3)
masks = (jnp.cos(jnp.arange(48.0)).reshape(2, 2, 4, 3) > 0.2).astype("float32")
scores = 2 * jnp.sin(jnp.arange(60.0) * 0.7).reshape(3, 5, 4)
ends = jnp.array([[0.0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 1]])
words, missing = jnp.array([[1, 1], [2, 3], [3, 0]]), jnp.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
dot = lambda x: jnp.max(x) + 0.1 * jnp.sum(x**2)

# Each with its arguments, the floating-point ones of which are differentiated.
of = {
    "squared_error": (losses.squared_error, logits, targets),
    "squared_error_alone": (losses.squared_error, logits),
    "l2_loss": (losses.l2_loss, logits, targets),
    "huber_loss": (functools.partial(losses.huber_loss, delta=0.7), logits, targets),
    "log_cosh": (losses.log_cosh, logits, targets),
    "sigmoid_binary_cross_entropy": (losses.sigmoid_binary_cross_entropy, logits, targets),
    "sigmoid_binary_of_labels": (lambda z: losses.sigmoid_binary_cross_entropy(z, chosen), logits),
    "softmax_cross_entropy": (losses.softmax_cross_entropy, logits, targets),
    "softmax_over_rows": (functools.partial(losses.softmax_cross_entropy, axis=0), logits, targets),
    "softmax_where": (functools.partial(losses.softmax_cross_entropy, where=chosen), logits, targets),
    "safe_softmax_cross_entropy": (losses.safe_softmax_cross_entropy, logits, targets),
    "integer_labels": (lambda z: losses.softmax_cross_entropy_with_integer_labels(z, labels), logits),
    "integer_where": (lambda z: losses.softmax_cross_entropy_with_integer_labels(z, labels, where=chosen), logits),
    "integer_over_rows": (lambda z: losses.softmax_cross_entropy_with_integer_labels(z, jnp.array([0, 2, 1, 1]), axis=0), logits),
    "poly": (losses.poly_loss_cross_entropy, logits, targets),
    "poly_epsilon": (functools.partial(losses.poly_loss_cross_entropy, epsilon=-1.0), logits, targets),
    "focal": (losses.sigmoid_focal_loss, logits, targets),
    "focal_alpha": (functools.partial(losses.sigmoid_focal_loss, alpha=0.3, gamma=1.5), logits, targets),
    "hinge": (losses.hinge_loss, logits, signs),
    "perceptron": (losses.perceptron_loss, logits, signs),
    "sparsemax": (lambda z: losses.sparsemax_loss(z, signs > 0), logits),
    "multiclass_hinge": (lambda z: losses.multiclass_hinge_loss(z, labels), logits),
    "multiclass_perceptron": (lambda z: losses.multiclass_perceptron_loss(z, labels), logits),
    "multiclass_sparsemax": (lambda z: losses.multiclass_sparsemax_loss(z, labels), logits),
    "kl_divergence": (lambda p: losses.kl_divergence(p, targets), log_p),
    "kl_where": (lambda p: losses.kl_divergence(p, targets, where=chosen), log_p),
    "kl_log_targets": (losses.kl_divergence_with_log_targets, log_p, log_q),
    "generalized_kl": (lambda p: losses.generalized_kl_divergence(p, targets), log_p),
    "convex_kl": (lambda p: optax.convex_kl_divergence(p, targets), log_p),
    "cosine_similarity": (losses.cosine_similarity, logits, targets),
    "cosine_distance": (functools.partial(losses.cosine_distance, epsilon=1e-3, where=chosen), logits, targets),
    "triplet": (functools.partial(losses.triplet_margin_loss, margin=0.5), logits, targets, signs),
    "triplet_norm": (functools.partial(losses.triplet_margin_loss, norm_degree=4, axis=0), logits, targets, signs),
    "ntxent": (lambda x: losses.ntxent(x, jnp.array([0, 1, 0]), 0.2), logits),
    "ranking": (losses.ranking_softmax_loss, logits, targets),
    "ranking_where": (functools.partial(losses.ranking_softmax_loss, where=chosen, weights=signs + 2), logits, targets),
    "ranking_each": (functools.partial(losses.ranking_softmax_loss, reduce_fn=None), logits, targets),
    "dice": (losses.dice_loss, images, masks),
    "dice_options": (
        functools.partial(losses.dice_loss, alpha=0.3, beta=0.7, smooth=0.1, ignore_background=True, reduction="none"),
        images, masks,
    ),
    "generalized_dice": (lambda x: losses.multiclass_generalized_dice_loss(x, masks), images),
    "binary_dice": (losses.binary_dice_loss, images[..., 0], masks[..., 0]),
    "fenchel_young": (losses.make_fenchel_young_loss(jax.nn.logsumexp), logits, targets),
    "fenchel_young_of_own": (losses.make_fenchel_young_loss(dot), logits, targets),
    "smooth_labels": (functools.partial(losses.smooth_labels, alpha=0.1), targets),
    "ctc": (lambda z: losses.ctc_loss(z, ends, words, missing), scores),
    "ctc_blank": (lambda z: losses.ctc_loss(z, ends, words - 1, missing, blank_id=3), scores),
}


def value_and_gradients(f, *args):
    weighted = lambda *args: jnp.sum(f(*args) * jnp.cos(jnp.arange(1.0, 1.0 + jnp.size(f(*args)))).reshape(jnp.shape(f(*args))))
    return f(*args), jax.grad(weighted, tuple(range(len(args))))(*args)


schedules = {
    "constant": optax.constant_schedule(0.3),
    "linear": optax.linear_schedule(1.0, 0.1, 10, 2),
    "linear_none": optax.linear_schedule(1.0, 0.1, 0),
    "polynomial": optax.polynomial_schedule(1.0, 0.1, 2, 8),
    "cosine": optax.cosine_decay_schedule(1.0, 10, 0.1, 2.0),
    "exponential": optax.exponential_decay(1.0, 4, 0.5, 1),
    "exponential_grows": optax.exponential_decay(0.1, 4, 1.5, end_value=0.7),
    "exponential_staircase": optax.exponential_decay(1.0, 4, 0.5, staircase=True, end_value=0.2),
    "warmup_constant": optax.warmup_constant_schedule(0.0, 1.0, 4),
    "warmup_cosine": optax.warmup_cosine_decay_schedule(0.0, 1.0, 3, 12, 0.1),
    "warmup_cosine_power": optax.warmup_cosine_decay_schedule(0.2, 1.0, 3, 12, 0.1, 1.5),
    "warmup_exponential": optax.warmup_exponential_decay_schedule(0.0, 1.0, 3, 4, 0.5, 2, True, 0.05),
    "piecewise_constant": optax.piecewise_constant_schedule(1.0, {3: 0.5, 7: 0.1}),
    "piecewise_linear": optax.piecewise_interpolate_schedule("linear", 1.0, {3: 0.5, 7: 0.1}),
    "piecewise_cosine": optax.piecewise_interpolate_schedule("cosine", 1.0, {3: 0.5, 7: 0.1}),
    "joined": optax.join_schedules(
        [optax.constant_schedule(1.0), optax.linear_schedule(0.5, 0.0, 5), optax.cosine_decay_schedule(1.0, 4)], [4, 9]
    ),
    "linear_onecycle": optax.linear_onecycle_schedule(12, 0.1),
    "linear_onecycle_parts": optax.linear_onecycle_schedule(20, 0.1, 0.4, 0.9, 10.0, 1e2),
    "cosine_onecycle": optax.cosine_onecycle_schedule(12, 0.1),
    "sgdr": optax.sgdr_schedule(
        [
            dict(init_value=0.0, peak_value=1.0, warmup_steps=2, decay_steps=6, end_value=0.1),
            dict(init_value=0.1, peak_value=0.5, warmup_steps=1, decay_steps=5, end_value=0.0),
        ]
    ),
}
steps = (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 100, 10**6)


def scheduled(schedule):
    return [jnp.asarray(schedule(jnp.int32(step)), "float32") for step in steps]


cases = {name: lambda call=call: jax.tree.leaves(value_and_gradients(*call)) for name, call in of.items()}
cases.update({name: lambda schedule=schedule: scheduled(schedule) for name, schedule in schedules.items()})
