"""Optimizers, transformations, schedules and losses of optax."""
import jax
import jax.numpy as jnp
import optax

params = {
    "w": jnp.array([[0.5, -1.25, 2.0], [3.5, 0.1, -0.75]]),
    "b": jnp.array([0.25, -0.5, 1.0]),
    "s": jnp.array(1.5),
}


def gradients(params, step):
    shift = jnp.sin(jnp.float32(step) + 0.5)
    return jax.tree.map(lambda p: jnp.cos(p * 1.7 + shift) * (0.3 + 0.2 * p), params)


def run(tx, steps=4, start=params):
    values, state, norms = start, tx.init(start), []
    for step in range(steps):
        updates, state = tx.update(gradients(values, step), state, values)
        values = optax.apply_updates(values, updates)
    return values, state


def wave(count):
    return 0.1 / (1.0 + 0.5 * count)


is_matrix = lambda tree: jax.tree.map(lambda p: p.ndim > 1, tree)

optimizers = {
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9),
    "nesterov": optax.sgd(wave, momentum=0.9, nesterov=True),
    "adam": optax.adam(1e-1),
    "adam_schedule": optax.adam(wave, b1=0.8, b2=0.95, eps=1e-6, eps_root=1e-9),
    "nadam": optax.nadam(1e-1),
    "adamw": optax.adamw(1e-1, weight_decay=0.01),
    "adamw_mask": optax.adamw(1e-1, weight_decay=0.1, mask=is_matrix),
    "nadamw": optax.nadamw(1e-1),
    "adamax": optax.adamax(1e-1),
    "adamaxw": optax.adamaxw(1e-1),
    "amsgrad": optax.amsgrad(1e-1),
    "adagrad": optax.adagrad(1e-1),
    "adadelta": optax.adadelta(1.0, weight_decay=0.01),
    "rmsprop": optax.rmsprop(1e-2),
    "rmsprop_centered": optax.rmsprop(1e-2, centered=True, momentum=0.9, nesterov=True),
    "rmsprop_corrected": optax.rmsprop(1e-2, eps_in_sqrt=False, bias_correction=True),
    "adabelief": optax.adabelief(1e-1),
    "adan": optax.adan(1e-1, weight_decay=0.01),
    "radam": optax.radam(1e-1, b2=0.9),
    "yogi": optax.yogi(1e-1),
    "lamb": optax.lamb(1e-1, weight_decay=0.01),
    "lars": optax.lars(1e-1, weight_decay=0.01),
    "lion": optax.lion(1e-2),
    "adafactor": optax.adafactor(1e-1),
    "adafactor_factored": optax.adafactor(1e-1, min_dim_size_to_factor=2, momentum=0.9, weight_decay_rate=0.01),
    "novograd": optax.novograd(1e-1, weight_decay=0.01),
    "fromage": optax.fromage(1e-1),
    "rprop": optax.rprop(1e-1),
    "sign_sgd": optax.sign_sgd(1e-2),
    "signum": optax.signum(1e-2),
    "optimistic": optax.optimistic_gradient_descent(1e-1, 0.9, 0.8),
    "optimistic_adam": optax.optimistic_adam_v2(1e-1),
    "optimistic_adam_first": optax.optimistic_adam(1e-1, 0.05),
    "flattened": optax.flatten(optax.chain(optax.clip_by_block_rms(0.1), optax.adamw(1e-1))),
    "measured": optax.chain(optax.snapshot("norm", optax.global_norm), optax.sgd(1e-1)),
    "clipped": optax.chain(optax.clip_by_global_norm(0.5), optax.clip(0.2), optax.adam(1e-1)),
    "block_rms": optax.chain(optax.clip_by_block_rms(0.1), optax.scale(-0.5)),
    "adaptive": optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(0.1)),
    "centralized": optax.chain(optax.centralize(), optax.normalize_by_update_norm(), optax.scale(-0.1)),
    "averaged": optax.chain(optax.ema(0.9), optax.trace(0.5), optax.scale(-0.1)),
    "decayed": optax.chain(optax.add_decayed_weights(wave), optax.scale_by_learning_rate(0.1)),
    "every": optax.chain(optax.apply_every(2), optax.sgd(0.1)),
    "named": optax.named_chain(("first", optax.scale_by_adam()), ("second", optax.scale(-0.1))),
    "multi": optax.multi_transform(
        {"fast": optax.adam(0.1), "slow": optax.sgd(0.01), "none": optax.set_to_zero()},
        {"w": "fast", "b": "slow", "s": "none"},
    ),
    "masked": optax.masked(optax.sgd(0.1, momentum=0.9), {"w": True, "b": False, "s": True}),
    "finite": optax.apply_if_finite(optax.adam(0.1), 2),
    "nonnegative": optax.chain(optax.sgd(0.5), optax.keep_params_nonnegative(), optax.zero_nans()),
    "conditional": optax.conditionally_transform(optax.adam(0.1), lambda step: step % 2 == 0),
    "conditional_mask": optax.conditionally_mask(optax.sgd(0.1), lambda step: step < 2),
    "block_norm": optax.chain(optax.scale_by_param_block_norm(), optax.scale_by_param_block_rms(), optax.scale(-0.1)),
}


def accumulated():
    tx = optax.MultiSteps(optax.adam(0.1), every_k_schedule=2)
    values, state = run(tx, 5)
    return values, state, tx.has_updated(state)


def looking_ahead():
    tx = optax.lookahead(optax.sgd(0.1), sync_period=2, slow_step_size=0.5)
    start = optax.LookaheadParams.init_synced(params)
    values, state = start, tx.init(start)
    for step in range(4):
        updates, state = tx.update(gradients(values.fast, step), state, values)
        values = optax.apply_updates(values, updates)
    return values, state


def noisy():
    return run(optax.noisy_sgd(0.1, key=3), 2)[0]


def accumulated_maxima():
    return run(optax.sm3(0.1), 4, {"w": params["w"], "b": params["b"]})


def jitted():
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(0.1))

    @jax.jit
    def step(values, state, t):
        updates, state = tx.update(gradients(values, t), state, values)
        return optax.apply_updates(values, updates), state

    values, state = params, tx.init(params)
    for t in range(3):
        values, state = step(values, state, t)
    return values, state


schedules = [
    optax.constant_schedule(0.3),
    optax.linear_schedule(1.0, 0.1, 10, 2),
    optax.polynomial_schedule(1.0, 0.1, 2, 8),
    optax.cosine_decay_schedule(1.0, 10, 0.1, 2.0),
    optax.exponential_decay(1.0, 4, 0.5, 1),
    optax.exponential_decay(1.0, 4, 0.5, staircase=True, end_value=0.2),
    optax.warmup_constant_schedule(0.0, 1.0, 4),
    optax.warmup_cosine_decay_schedule(0.0, 1.0, 3, 12, 0.1),
    optax.warmup_exponential_decay_schedule(0.0, 1.0, 3, 4, 0.5),
    optax.piecewise_constant_schedule(1.0, {3: 0.5, 7: 0.1}),
    optax.piecewise_interpolate_schedule("linear", 1.0, {3: 0.5, 7: 0.1}),
    optax.piecewise_interpolate_schedule("cosine", 1.0, {3: 0.5, 7: 0.1}),
    optax.join_schedules([optax.constant_schedule(1.0), optax.linear_schedule(0.5, 0.0, 5)], [4]),
    optax.linear_onecycle_schedule(12, 0.1),
    optax.cosine_onecycle_schedule(12, 0.1),
    optax.sgdr_schedule([dict(init_value=0.0, peak_value=1.0, warmup_steps=2, decay_steps=6)] * 2),
]
logits = jnp.array([[0.5, -1.25, 2.0, 0.1], [3.5, 0.1, -0.75, 1.0]])
targets = jnp.array([[0.1, 0.2, 0.7, 0.0], [0.25, 0.25, 0.25, 0.25]])
labels = jnp.array([2, 0])
signs = jnp.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, 1.0, -1.0]])


def scheduled():
    return [[jnp.asarray(s(jnp.int32(c)), "float32") for c in (0, 1, 3, 4, 7, 11, 15)] for s in schedules]


def losses():
    return [
        optax.squared_error(logits, targets),
        optax.l2_loss(logits, targets),
        optax.l2_loss(logits),
        optax.huber_loss(logits, targets, delta=0.7),
        optax.log_cosh(logits, targets),
        optax.sigmoid_binary_cross_entropy(logits, targets),
        optax.softmax_cross_entropy(logits, targets),
        optax.safe_softmax_cross_entropy(logits, targets),
        optax.softmax_cross_entropy_with_integer_labels(logits, labels),
        optax.losses.softmax_cross_entropy_with_integer_labels(logits, labels, where=logits > -1.0),
        optax.losses.poly_loss_cross_entropy(logits, targets),
        optax.sigmoid_focal_loss(logits, targets, alpha=0.3),
        optax.hinge_loss(logits, signs),
        optax.losses.perceptron_loss(logits, signs),
        optax.losses.sparsemax_loss(logits, signs > 0),
        optax.losses.multiclass_hinge_loss(logits, labels),
        optax.losses.multiclass_perceptron_loss(logits, labels),
        optax.kl_divergence(jax.nn.log_softmax(logits), targets),
        optax.losses.kl_divergence_with_log_targets(jax.nn.log_softmax(logits), jax.nn.log_softmax(targets)),
        optax.losses.generalized_kl_divergence(jax.nn.log_softmax(logits), targets),
        optax.cosine_similarity(logits, targets),
        optax.cosine_distance(logits, targets, epsilon=1e-3),
        optax.smooth_labels(targets, 0.1),
        jax.grad(lambda z: optax.softmax_cross_entropy(z, targets).mean())(logits),
    ]


def more_losses():
    images = jnp.sin(jnp.arange(48.0)).reshape(2, 2, 4, 3)
    masks = (jnp.cos(jnp.arange(48.0)).reshape(2, 2, 4, 3) > 0.2).astype("float32")
    rows = jnp.cos(jnp.arange(24.0) * 1.3).reshape(6, 4)
    return [
        optax.losses.multiclass_sparsemax_loss(logits, labels),
        optax.losses.triplet_margin_loss(logits, targets, signs, margin=0.5),
        optax.losses.ntxent(rows, jnp.array([0, 1, 0, 2, 1, 2]), 0.2),
        jax.grad(lambda x: optax.losses.ntxent(x, jnp.array([0, 1, 0, 2, 1, 2])))(rows),
        optax.losses.ranking_softmax_loss(logits, targets),
        optax.losses.ranking_softmax_loss(logits, targets, where=logits > 0, weights=signs + 2),
        optax.losses.dice_loss(images, masks),
        optax.losses.dice_loss(images, masks, class_weights=jnp.array([1.0, 2.0, 0.5]), alpha=0.3, beta=0.7, smooth=0.1),
        optax.losses.dice_loss(images[..., :1], masks[..., 0], reduction="sum"),
        optax.losses.make_fenchel_young_loss(jax.nn.logsumexp)(logits, targets),
        optax.losses.ctc_loss(*alignments()),
        jax.grad(lambda z: optax.ctc_loss(z, *alignments()[1:]).sum())(alignments()[0]),
    ]


def alignments():
    scores = 2 * jnp.sin(jnp.arange(60.0) * 0.7).reshape(3, 5, 4)
    ends = jnp.array([[0.0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 1]])
    return scores, ends, jnp.array([[1, 1], [2, 3], [3, 0]]), jnp.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])


def updates():
    twice = jax.tree.map(lambda p: p * 2, params)
    return (
        optax.incremental_update(twice, params, 0.1),
        optax.periodic_update(twice, params, jnp.int32(4), 2),
        optax.global_norm(params),
        optax.tree.norm(params),
        optax.tree.zeros_like(params),
        optax.tree_utils.tree_add(params, twice),
    )


def trees():
    tx = optax.inject_hyperparams(optax.adam)(learning_rate=0.1)
    state = tx.init(params)
    updates, state = tx.update(gradients(params, 0), state, params)
    slower = optax.tree.set(state, learning_rate=jnp.float32(0.05))
    key = jax.random.key(4)
    batch = jax.tree.map(lambda p: jnp.stack([p, 2 * p, -p]), params)
    scaled = jax.grad(lambda p: sum(jnp.sum(jnp.sin(x)) for x in jax.tree.leaves(optax.scale_gradient(p, 0.5))))
    return (
        optax.tree.get(state, "mu"),
        optax.tree.get(slower, "learning_rate"),
        tx.update(gradients(params, 1), slower, params)[0],
        optax.tree.random_like(key, params),
        [optax.tree.norm(params, ord) for ord in (1, 2, "inf")],
        optax.tree.norm(params, squared=True),
        optax.tree.max(params),
        optax.tree.min(params),
        optax.tree.clip(params, -0.5, 0.5),
        optax.tree.where(params["s"] > 0, params, optax.tree.full_like(params, 7.0)),
        optax.tree.update_infinity_moment(params, optax.tree.ones_like(params), 0.9, 1e-3),
        jnp.array(optax.tree.size(params)),
        scaled(params),
        optax.per_example_layer_norm_clip(batch, 1.0),
        optax.per_example_layer_norm_clip(batch, 1.0, uniform=False),
    )


cases = {name: (lambda tx=tx: run(tx)) for name, tx in optimizers.items()}
cases.update({
    "accumulated": accumulated,
    "looking_ahead": looking_ahead,
    "noisy": noisy,
    "sm3": accumulated_maxima,
    "jitted": jitted,
    "scheduled": scheduled,
    "losses": losses,
    "more_losses": more_losses,
    "updates": updates,
    "trees": trees,
})
