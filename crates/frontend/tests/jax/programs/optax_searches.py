"""Line searches, L-BFGS, and the parts of optax beside its optimizers."""
import functools

import jax
import jax.numpy as jnp
import optax
from optax import assignment, contrib, microbatching, perturbations, projections, second_order

params = {
    "w": jnp.array([[0.5, -1.25, 2.0], [1.5, 0.1, -0.75]]),
    "b": jnp.array([0.25, -0.5, 1.0]),
    "s": jnp.array(1.5),
}


def loss(p, shift=0.0):
    """A valley that bends, whose least value is not at the origin."""
    w, b, s = p["w"], p["b"], p["s"]
    bend = jnp.sum((w[1] - w[0] ** 2) ** 2) + 0.3 * jnp.sum((w[0] - 1.0 + shift) ** 2)
    return bend + jnp.sum((b * s - 0.7) ** 2) + jnp.log1p(s**2) + jnp.sum(jnp.cosh(0.5 * b))


def searched(tx, steps=4, start=params, f=loss, from_state=False, **extra):
    values, state = start, tx.init(start)
    gradient = optax.value_and_grad_from_state(f) if from_state else jax.value_and_grad(f)
    for _ in range(steps):
        more = {"state": state} if from_state else {}
        value, grad = gradient(values, **extra, **more)
        updates, state = tx.update(grad, state, values, value=value, grad=grad, value_fn=f, **extra)
        values = optax.apply_updates(values, updates)
    return values, state


def slope(x):
    return jnp.sum(jnp.abs(x) ** 1.5) + 0.1 * jnp.sum(x**2)


backtracking = functools.partial(optax.scale_by_backtracking_linesearch, max_backtracking_steps=15)
zoom = functools.partial(optax.scale_by_zoom_linesearch, max_linesearch_steps=15)

searches = {
    "lbfgs": lambda: searched(optax.lbfgs()),
    "lbfgs_small_memory": lambda: searched(optax.lbfgs(memory_size=2), 6, from_state=True),
    "lbfgs_rate": lambda: searched(optax.lbfgs(0.05, scale_init_precond=False, linesearch=None), 3),
    "lbfgs_backtracking": lambda: searched(optax.lbfgs(linesearch=backtracking(store_grad=True)), from_state=True),
    "lbfgs_vector": lambda: searched(optax.lbfgs(), 5, jnp.array([3.0, -2.0, 0.5]), slope),
    "lbfgs_argument": lambda: searched(optax.lbfgs(), 3, shift=jnp.float32(0.4)),
    "backtracking": lambda: searched(optax.chain(optax.sgd(1.0), backtracking())),
    "backtracking_options": lambda: searched(
        optax.chain(
            optax.adam(0.7),
            backtracking(slope_rtol=0.1, decrease_factor=0.5, increase_factor=2.0, max_learning_rate=4.0, rtol=1e-3, atol=1e-4),
        )
    ),
    "backtracking_stored": lambda: searched(
        optax.chain(optax.sgd(0.5), backtracking(store_grad=True)), 2, from_state=True
    ),
    "backtracking_failed": lambda: searched(
        optax.chain(optax.sgd(-1.0), optax.scale_by_backtracking_linesearch(2)), 2, jnp.array([1.0, -2.0]), slope
    ),
    "zoom": lambda: searched(optax.chain(optax.sgd(1.0), zoom()), 5),
    "zoom_options": lambda: searched(
        optax.chain(
            optax.sgd(0.1),
            zoom(max_learning_rate=3.0, curv_rtol=0.2, approx_dec_rtol=None, initial_guess_strategy="one", tol=1e-4),
        ),
        5,
    ),
    "zoom_failed": lambda: searched(optax.chain(optax.sgd(-1.0), zoom()), 2, jnp.array([1.0, -2.0]), slope),
}


def jitted():
    tx = optax.lbfgs()

    @jax.jit
    def step(values, state):
        value, grad = optax.value_and_grad_from_state(loss)(values, state=state)
        updates, state = tx.update(grad, state, values, value=value, grad=grad, value_fn=loss)
        return optax.apply_updates(values, updates), state, value

    values, state, losses = params, tx.init(params), []
    for _ in range(4):
        values, state, value = step(values, state)
        losses.append(value)
    return values, losses


def looped():
    """As optax's examples run L-BFGS: until the gradient is small."""
    tx = optax.lbfgs()
    gradient = optax.value_and_grad_from_state(loss)

    def step(carry):
        values, state = carry
        value, grad = gradient(values, state=state)
        updates, state = tx.update(grad, state, values, value=value, grad=grad, value_fn=loss)
        return optax.apply_updates(values, updates), state

    def going(carry):
        state = carry[1]
        count, grad = optax.tree.get(state, "count"), optax.tree.get(state, "grad")
        return (count == 0) | ((count < 6) & (optax.tree.norm(grad) >= 1e-2))

    values, state = jax.lax.while_loop(going, step, (params, tx.init(params)))
    return values, optax.tree.get(state, "value")


def gradients(params, step):
    shift = jnp.sin(jnp.float32(step) + 0.5)
    return jax.tree.map(lambda p: jnp.cos(p * 1.7 + shift) * (0.3 + 0.2 * p), params)


def run(tx, steps=5, start=params, **extra):
    values, state = start, tx.init(start)
    for step in range(steps):
        updates, state = tx.update(gradients(values, step), state, values, **extra)
        values = optax.apply_updates(values, updates)
    return values, state


tall = {"k": jnp.sin(jnp.arange(24.0)).reshape(2, 3, 4), "w": jnp.cos(jnp.arange(15.0)).reshape(5, 3), "b": jnp.ones(3)}
wide = {"w": jnp.cos(jnp.arange(15.0) * 0.7).reshape(3, 5), "b": jnp.ones(3)}
numbers = {"k": contrib.GaLoreDimensionNumbers((0, 1), 2), "w": contrib.GaLoreDimensionNumbers(1, 0), "b": None}


def projected(*args, start, **kwargs):
    # The bases that a decomposition gives are unique but for their signs; the updates do not depend on these.
    return run(contrib.galore(*args, **kwargs), start=start)[0]


others = {
    "cocob": lambda: run(contrib.cocob(weight_decay=0.01)),
    "cocob_rate": lambda: run(contrib.cocob(0.5, alpha=10.0, eps=1e-3)),
    "mechanize": lambda: run(contrib.mechanize(optax.sgd(0.1, momentum=0.9))),
    "mechanize_options": lambda: run(contrib.mechanize(optax.adam(0.1), weight_decay=0.1, s_init=1e-2, num_betas=3)),
    "galore_tall": lambda: projected(0.1, rank=2, update_proj_gap=2, start=tall),
    "galore_wide": lambda: projected(0.1, rank=2, scale=0.5, weight_decay=0.01, start=wide),
    "galore_axes": lambda: projected(0.1, rank=2, base_optimizer=optax.trace(0.9), weight_dimension_numbers=numbers, start=tall),
    "sophia": lambda: run(contrib.sophia(0.1, update_interval=2), obj_fn=loss),
    "sophia_options": lambda: run(
        contrib.sophia(
            0.1, eps=0.5, gamma=0.1, clip_threshold=None, weight_decay=0.01,
            hessian_diagonal_fn=contrib.hutchinson_estimator_diag_hessian(jax.random.key(3)),
        ),
        3,
        obj_fn=loss,
    )[0],
    "distance": lambda: run(optax.chain(optax.scale_by_distance_over_gradients(), optax.scale(-1.0))),
    "adaptive_axis": lambda: run(optax.chain(optax.adaptive_grad_clip(0.1, axis=-1), optax.sgd(0.1)), start=wide),
    "factored_decay": lambda: run(
        optax.chain(
            optax.scale_by_factored_rms(min_dim_size_to_factor=2, decay_rate_fn=lambda i, rate: 1.0 - 1.0 / (i + 1 + rate)),
            optax.scale(-0.1),
        ),
        start=wide,
    ),
    "monitored": lambda: run(
        optax.chain(
            optax.monitor({"norm": optax.tree.norm, "mean": optax.measure_with_ema(optax.tree.norm, 0.9)}),
            optax.adam(0.1),
        )
    ),
}


def wave(count):
    return 0.1 / (1.0 + 0.5 * count)


class Plateau(optax.schedules.StatefulSchedule):
    def init(self):
        return {"rate": jnp.float32(0.1)}

    def update(self, state, **extra):
        return {"rate": jnp.where(extra["value"] > 1.0, state["rate"] * 0.5, state["rate"])}

    def __call__(self, state, **extra):
        return state["rate"]


def injected():
    adam = optax.inject_hyperparams(optax.adamw, static_args="b2")
    scheduled = optax.inject_hyperparams(optax.sgd)(wave, momentum=optax.linear_schedule(0.9, 0.5, 3))
    watched = optax.inject_hyperparams(optax.sgd)(learning_rate=Plateau())
    return [
        run(adam(0.1, 0.8, weight_decay=0.01)),
        run(scheduled),
        run(watched, value=1.5),
    ]


def extra_arguments():
    plain = optax.GradientTransformation(lambda p: (), lambda u, s, p=None: (jax.tree.map(lambda x: 2.0 * x, u), s))
    tx = optax.chain(plain, optax.polyak_sgd(0.3), optax.with_extra_args_support(plain))
    kept = optax.masked(optax.chain(optax.polyak_sgd(0.5)), {"w": True, "b": False, "s": True})
    parts = optax.partition(
        {"p": optax.polyak_sgd(0.5), "q": optax.sgd(0.1), "r": optax.set_to_zero()}, {"w": "p", "b": "q", "s": "r"}
    )
    return [run(t, value=2.0) for t in (tx, kept, parts)]


def states():
    tx = optax.chain(optax.inject_hyperparams(optax.adam)(0.1), optax.sgd(0.1, momentum=0.5))
    _, state = run(tx, 2)
    path, count = optax.tree.get_all_with_path(state, "nu")[0]
    mapped = optax.tree.map_params(tx, lambda x: 2.0 * x, state, transform_non_params=lambda x: x + 1)
    chosen = optax.tree.get(state, "count", filtering=lambda path, value: path[-1].tuple_name == "ScaleByAdamState")
    changed = optax.tree.set(state, learning_rate=jnp.float32(0.3), trace=params)
    more = [
        optax.tree.add(params, params, params),
        optax.tree.batch_shape(params, (2, 1)),
        optax.tree.allclose(params, params),
        optax.tree.update_moment_per_elem_norm({"z": jnp.array([1.0 + 2.0j])}, {"z": jnp.array([0.5])}, 0.9, 2),
        optax.tree.update_moment(params, params, 0.9, 3),
        optax.tree.vdot({"z": jnp.array([1.0 + 2.0j])}, {"z": jnp.array([0.5 - 1.0j])}).imag,
        optax.tree.unwrap_random_key_data({"k": jax.random.key(3), "x": params["b"]}),
        optax.tree.cast_like(params, jax.tree.map(lambda x: x.astype("float16"), params)),
    ]
    assert optax.tree.dtype(params) == jnp.float32
    mixed = {"a": params["b"].astype("bfloat16"), "b": params["b"]}
    assert [optax.tree.dtype(mixed, kind) for kind in ("lowest", "highest", "promote")] == ["bfloat16", "float32", "float32"]
    assert path[-1] == optax.tree_utils.NamedTupleKey("ScaleByAdamState", "nu")
    return [count, mapped, chosen, optax.tree.get(state, "TraceState"), changed, more]


def solvers():
    square = jnp.sin(jnp.arange(16.0)).reshape(4, 4)
    square = square @ square.T + 0.5 * jnp.eye(4)
    right = jnp.cos(jnp.arange(6.0))
    tall = jnp.sin(jnp.arange(18.0) * 1.3).reshape(6, 3)
    normal = optax.multi_normal(jnp.array([0.5, -1.0]), jnp.array([0.1, 0.3]))
    return [
        optax.power_iteration(square),
        optax.power_iteration(lambda v: square @ v, v0=jnp.ones(4), num_iters=5),
        optax.matrix_inverse_pth_root(square, 4),
        optax.matrix_inverse_pth_root(square[:1, :1], 2)[0],
        optax.nnls(tall, right, 50),
        optax.nnls(tall, tall, 30, L=20.0),
        normal.sample((3,), jax.random.key(1)),
        normal.log_prob(jnp.array([[0.1, 0.2], [1.0, -1.0]])),
    ]


def projections_of_trees():
    vector = {k: jnp.cos(v) for k, v in params.items()}
    scaled = lambda p: optax.tree.norm(projections.projection_simplex(p, 1.5), squared=True)
    return [
        projections.projection_non_negative(params),
        projections.projection_box(params, jax.tree.map(lambda p: p - 0.1, params), optax.tree.full_like(params, 0.4)),
        projections.projection_hypercube(params["w"], 0.4),
        projections.projection_simplex(params, 2.0),
        jax.grad(scaled)(params),
        projections.projection_l1_sphere(params),
        projections.projection_l1_ball(params, 2.0),
        projections.projection_l1_ball(params, 200.0),
        projections.projection_l2_sphere(params, 2.0),
        projections.projection_l2_ball(params, 2.0),
        projections.projection_linf_ball(params, 0.6),
        projections.projection_vector(params, vector),
        projections.projection_hyperplane(params, vector, 1.0),
        projections.projection_halfspace(params, vector, 1.0),
        projections.projection_halfspace(params, vector, 100.0),
    ]


def of_examples(p, x, y):
    return jnp.mean((jnp.tanh(x @ p["w"].T) @ p["v"] - y) ** 2)


examples = ({"w": params["w"], "v": jnp.array([0.3, -0.8])}, jnp.sin(jnp.arange(24.0)).reshape(8, 3), jnp.cos(jnp.arange(8.0)))


def curvatures():
    flat = jnp.sin(jnp.arange(8.0))
    return [
        second_order.hvp(of_examples, flat, *examples),
        second_order.hessian_diag(of_examples, *examples),
        second_order.fisher_diag(of_examples, *examples),
    ]


def perturbed():
    rank = lambda x: jax.tree.map(lambda v: jnp.argsort(jnp.argsort(v)).astype("float32"), x)
    x = jnp.array([0.3, -0.2, 0.25, 0.9])
    results = []
    for noise, baseline in ((perturbations.Gumbel(), True), (perturbations.Normal(), False)):
        f = perturbations.make_perturbed_fun(rank, 50, 0.5, noise, baseline)
        results += [f(jax.random.key(0), x), jax.grad(lambda x: jnp.sum(f(jax.random.key(0), x) ** 2))(x)]
    return results


def assigned():
    costs = jnp.sin(jnp.arange(20.0) * 2.7).reshape(4, 5)
    return [f(c) for f in (assignment.hungarian_algorithm, assignment.base_hungarian_algorithm) for c in (costs, costs.T, costs[:, :4])]


def in_parts():
    kinds = microbatching.AccumulationType
    p, x, y = examples
    grads = jax.value_and_grad(of_examples)
    means = optax.microbatch(grads, (1, 2), 2, kinds.MEAN)
    running = optax.microbatch(grads, (1, 2), 4, (kinds.RUNNING_MEAN, kinds.SUM))
    joined = optax.microbatch(lambda p, x: jnp.tanh(x @ p["w"].T), 1, 2, kinds.CONCAT)
    mapped = microbatching.micro_vmap(lambda x, y: x * y, in_axes=(0, 0), microbatch_size=2)
    early = optax.microbatch(of_examples, (1, 2), 2, num_real_microbatches=jnp.int32(3))
    each = microbatching.micro_grad(of_examples, batch_argnums=(1, 2), microbatch_size=4, metrics_fn=optax.tree.norm)
    return [
        means(p, x, y), running(p, x, y), joined(p, x), mapped(x[:, 0], y), early(p, x, y), each(p, x, y),
        microbatching.reshape_batch_axis(x, 3, axis=1),
    ]


def dice():
    images = jnp.sin(jnp.arange(48.0)).reshape(2, 2, 4, 3)
    masks = (jnp.cos(jnp.arange(48.0)).reshape(2, 2, 4, 3) > 0.2).astype("float32")
    return [
        optax.losses.multiclass_generalized_dice_loss(images, masks),
        optax.losses.multiclass_generalized_dice_loss(images, masks, ignore_background=True, smooth=0.5),
        optax.losses.binary_dice_loss(images[..., :1], masks[..., :1]),
        optax.losses.binary_dice_loss(images[..., 0], masks[..., 0], smooth=0.5),
    ]


def alignments():
    scores = 2 * jnp.sin(jnp.arange(60.0) * 0.7).reshape(3, 5, 4)
    ends = jnp.array([[0.0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 1]])
    return optax.ctc_loss_with_forward_probs(
        scores, ends, jnp.array([[1, 1], [2, 3], [3, 0]]), jnp.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    )


cases = {name: lambda case=case: jax.tree.leaves(case()) for name, case in {**searches, **others}.items()}
parts = [
    jitted, looped, injected, extra_arguments, states, solvers, projections_of_trees, curvatures, perturbed, assigned,
    in_parts, dice, alignments,
]
for part in parts:
    cases[part.__name__] = lambda part=part: jax.tree.leaves(part())
