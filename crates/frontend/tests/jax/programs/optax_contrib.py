"""Optimizers of optax.contrib."""
import jax
import jax.numpy as jnp
import optax
from optax import contrib

params = {
    "w": jnp.array([[0.5, -1.25, 2.0], [3.5, 0.1, -0.75]]),
    "b": jnp.array([0.25, -0.5, 1.0]),
    "s": jnp.array(1.5),
}
tensors = {"k": jnp.sin(jnp.arange(24.0)).reshape(2, 3, 4), "w": jnp.cos(jnp.arange(12.0)).reshape(4, 3), "b": jnp.ones(3)}


def gradients(params, step):
    shift = jnp.sin(jnp.float32(step) + 0.5)
    return jax.tree.map(lambda p: jnp.cos(p * 1.7 + shift) * (0.3 + 0.2 * p), params)


def run(tx, steps=5, start=params, valued=False):
    values, state = start, tx.init(start)
    for step in range(steps):
        more = {"value": 1.0 + 0.3 * jnp.sin(jnp.float32(step))} if valued else {}
        updates, state = tx.update(gradients(values, step), state, values, **more)
        values = optax.apply_updates(values, updates)
    return values, state


def wave(count):
    return 0.1 / (1.0 + 0.5 * count)


numbers = {
    "k": contrib.MuonDimensionNumbers(reduction_axis=(0, 1), output_axis=2),
    "w": contrib.MuonDimensionNumbers(1, 0),
    "b": None,
}

optimizers = {
    "muon": contrib.muon(0.1),
    "muon_adaptive": contrib.muon(wave, adaptive=True, nesterov=False, weight_decay=0.01, consistent_rms=0.2),
    "muon_dion": contrib.muon(0.1, ns_coeffs="dion", adam_learning_rate=0.01),
    "muon_aol": contrib.muon(0.1, preconditioning="aol"),
    "muon_schatten": contrib.muon(0.1, preconditioning="schatten"),
    "prodigy": contrib.prodigy(estim_lr0=1e-2, weight_decay=0.01),
    "prodigy_guarded": contrib.prodigy(wave, estim_lr0=1e-2, safeguard_warmup=True),
    "dadapt_adamw": contrib.dadapt_adamw(estim_lr0=1e-2, weight_decay=0.01),
    "dog": contrib.dog(weight_decay=0.01),
    "dog_rate": contrib.dog(init_step=("learning_rate", 0.1)),
    "dowg": contrib.dowg(),
    "adopt": contrib.adopt(0.1, nesterov=True),
    "adopt_unclipped": contrib.adopt(0.1, use_clipping=False),
    "ademamix": contrib.ademamix(0.1, alpha=lambda count: 2.0 + count, weight_decay=0.01),
    "simplified_ademamix": contrib.simplified_ademamix(0.01, alpha=0.5),
    "acprop": contrib.acprop(0.1),
    "madgrad": contrib.madgrad(0.1, weight_decay=0.01),
    "schedule_free_sgd": contrib.schedule_free_sgd(0.5, warmup_steps=3, weight_decay=0.01),
    "schedule_free_adamw": contrib.schedule_free_adamw(0.1, warmup_steps=2),
    "sam": contrib.sam(optax.sgd(0.1, momentum=0.9), optax.chain(contrib.normalize(), optax.sgd(0.05))),
    "sam_kept": contrib.sam(optax.adam(0.1), optax.sgd(0.05, momentum=0.5), sync_period=3, reset_state=False),
}
valued = {
    "momo": contrib.momo(0.5, weight_decay=0.01),
    "momo_bounded": contrib.momo(0.5, lower_bound=0.9, adapt_lower_bound=True),
    "momo_adam": contrib.momo_adam(0.1, weight_decay=0.01, adapt_lower_bound=True),
    "plateau": optax.chain(optax.sgd(0.1), contrib.reduce_on_plateau(0.5, patience=1, cooldown=1)),
    "plateau_averaged": optax.chain(optax.sgd(0.1), contrib.reduce_on_plateau(accumulation_size=2, patience=1)),
}


def opaque():
    tx = contrib.sam(optax.sgd(0.1), optax.sgd(0.05), sync_period=3, opaque_mode=True)
    values, state = params, tx.init(params)
    for step in range(3):
        more = dict(grad_fn=lambda p, i: gradients(p, step))
        updates, state = tx.update(gradients(values, step), state, values, **more)
        values = optax.apply_updates(values, updates)
    return values, state


def averaged():
    values, state = run(contrib.schedule_free(optax.adam(wave, b1=0.0), wave))
    return contrib.schedule_free_eval_params(state, values)


def private():
    batch = jax.tree.map(lambda p: jnp.stack([p, 2 * p, jnp.sin(p)]), params)
    tx = contrib.dpsgd(0.1, l2_norm_clip=0.8, noise_multiplier=0.5, seed=3, momentum=0.9)
    state = tx.init(params)
    updates, state = tx.update(batch, state)
    return updates


def complex_parts():
    values = {"z": jnp.array([1.0 + 2.0j, -0.5j]), "x": jnp.array([0.5, -1.0])}
    tx = contrib.split_real_and_imaginary(optax.adam(0.1))
    state = tx.init(values)
    for _ in range(3):
        updates, state = tx.update(jax.tree.map(lambda v: v * (0.5 + v), values), state, values)
        values = optax.apply_updates(values, updates)
    return [values["z"].real, values["z"].imag, values["x"]]


cases = {name: lambda tx=tx: jax.tree.leaves(run(tx)) for name, tx in optimizers.items()}
cases.update({name: lambda tx=tx: jax.tree.leaves(run(tx, valued=True)) for name, tx in valued.items()})
of_tensors = contrib.muon(0.1, muon_weight_dimension_numbers=numbers)
cases["muon_axes"] = lambda: jax.tree.leaves(run(of_tensors, 2, tensors))
for case in (opaque, averaged, private, complex_parts):
    cases[case.__name__] = lambda case=case: jax.tree.leaves(case())
