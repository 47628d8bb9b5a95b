"""Exports a small network with jax.export: as text, and as the portable artifact that exports are stored in."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_hlo_source_file_canonicalization_regex", ".*/")


def network(params, x, scale):
    hidden = jnp.tanh(x @ params["w"] + params["b"])
    return {
        "best": jnp.argmax(hidden, axis=-1),
        "half": hidden.astype(jnp.bfloat16),
        "y": jax.nn.softmax(hidden * scale),
    }


rng = np.random.default_rng(0)
params = {"b": rng.normal(size=4).astype("float32"), "w": rng.normal(size=(3, 4)).astype("float32")}
arguments = params, rng.normal(size=(2, 3)).astype("float32"), np.int32(2)

function = jax.jit(network)
exported = jax.export.export(function, platforms=["cpu"])(*arguments)
with open("jax.mlir", "w") as file:
    file.write(function.lower(*arguments).as_text())
with open("jax.mlirbc", "wb") as file:
    file.write(exported.mlir_module_serialized)

arrays = {str(i): leaf for i, leaf in enumerate(jax.tree.leaves(arguments))}
results = jax.tree.leaves(function(*arguments))
arrays |= {f"result_{i}": np.asarray(leaf.astype("float32")) for i, leaf in enumerate(results)}
np.savez("jax.npz", **arrays)
