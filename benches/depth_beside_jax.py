"""Source text to StableHLO of a deep transformer, by Keramos and by JAX, in one run.

    KERAS_BACKEND=jax python benches/depth_beside_jax.py [--depth 48] [--rounds 3] [--keramos target/release/keramos]

Of `examples/transformer_encoder.py` with `--depth` blocks, Keramos compiles the whole file (all its programs, two of which
are training steps) in a process of its own, `keramos compile --target none`, rolled and as written. JAX traces and lowers
one training step, `value_and_grad` of `model.stateless_call` and `optimizer.stateless_apply`, of the same model, which is
made beforehand; imports are not counted. Rounds alternate between all three. Printed are wall seconds of each round, the
median, processor seconds, and the ratio of medians to JAX's. Numbers count on a quiet machine only: the load is printed, too.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--depth", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--keramos", type=pathlib.Path, default=ROOT / "target/release/keramos")
    return parser.parse_args()


def clocked(what, who):
    """Wall and processor seconds of a call."""
    spent = lambda: sum(resource.getrusage(who)[:2])
    wall, processor = time.perf_counter(), spent()
    what()
    return time.perf_counter() - wall, spent() - processor


def by_keramos(binary, model, folder, roll):
    command = [binary, "compile", model, "--target", "none", "--roll", roll, "-o", folder / f"{roll}.kar"]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_jax(text, batch):
    """The call that traces and lowers a training step; a new function each time, so that nothing is remembered."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax
    import jax.numpy as jnp

    scope = {"__name__": "model"}
    exec(text, scope)
    model = scope["model"]
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    values = lambda variables: [variable.value for variable in variables]
    state = values(model.trainable_variables), values(model.non_trainable_variables), values(optimizer.variables)
    x, y = jnp.zeros((batch, scope["LENGTH"]), "int32"), jnp.zeros((batch,), "int32")
    loss_of = scope["keras"].losses.SparseCategoricalCrossentropy(from_logits=True)

    def lower():
        def loss(trainable, others, x, y):
            logits, others = model.stateless_call(trainable, others, x, training=True)
            return loss_of(y, logits), others

        def step(trainable, others, moments, x, y):
            (value, others), grads = jax.value_and_grad(loss, has_aux=True)(trainable, others, x, y)
            trainable, moments = optimizer.stateless_apply(moments, grads, trainable)
            return value, trainable, others, moments

        jax.clear_caches()
        return jax.jit(step).lower(*state, x, y).as_text()

    return lower


def main():
    given = options()
    text = (ROOT / "examples/transformer_encoder.py").read_text().replace("DEPTH = 4", f"DEPTH = {given.depth}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "transformer.py"
        model.write_text(text)
        jax_lower = by_jax(text, given.batch)
        calls = {
            "Keramos, rolled": (by_keramos(given.keramos, model, folder, "auto"), resource.RUSAGE_CHILDREN),
            "Keramos, as written": (by_keramos(given.keramos, model, folder, "never"), resource.RUSAGE_CHILDREN),
            "JAX, one training step": (jax_lower, resource.RUSAGE_SELF),
        }
        times = {name: [] for name in calls}
        for _ in range(given.rounds):
            for name, call in calls.items():
                times[name].append(clocked(*call))
        sizes = {"Keramos, rolled": "auto", "Keramos, as written": "never"}
        sizes = {name: (folder / f"{roll}.kar").stat().st_size / 1e6 for name, roll in sizes.items()}
    middle = {name: statistics.median(wall for wall, _ in found) for name, found in times.items()}
    print(f"{given.depth} blocks; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, found in times.items():
        walls = ", ".join(f"{wall:.2f}" for wall, _ in found)
        processor = statistics.median(used for _, used in found)
        size = f", {sizes[name]:.2f} MB" if name in sizes else ""
        ratio = middle[name] / middle["JAX, one training step"]
        print(f"{name}: {middle[name]:.2f} s ({walls}), {processor:.2f} s of processors{size}; ratio to JAX {ratio:.2f}")


main()
