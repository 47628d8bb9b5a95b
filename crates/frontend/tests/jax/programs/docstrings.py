"""What the docstrings of JAX show: arguments that few programs give, and arrays as they are printed."""
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jax import lax

x = jnp.array([[1, 2, 3], [4, 5, 6]])
row = jnp.array([6, 8, 4, 3, 1, 9, 7, 5, 2, 3])
hermitian = jnp.array([[1, -2j], [2j, 1]])
steep = jnp.array([0.0, 1.0, 3.0, 6.0, 10.0])
places = jnp.array([0.0, 0.5, 2.0, 2.5, 4.0])
image = jnp.array([[2, 1, 3], [1, 3, 1], [4, 1, 2]])


class Linear(nnx.Module):
    def __init__(self):
        self.w = nnx.Param(jnp.arange(6.0).reshape(2, 3))

    def features(self, x):
        y = x @ self.w
        self.sow(nnx.Intermediate, "feature", y)
        return y

    def __call__(self, x):
        return 3 * self.perturb("grad_of_y", self.features(x))


def captured():
    model, given = Linear(), jnp.array([1.0, 2.0])
    y, found = nnx.capture(model, nnx.Intermediate)(given)
    all_y, every = nnx.capture(model, nnx.Intermediate, method_outputs=nnx.Intermediate)(given)
    _, perturbations = nnx.capture(model, nnx.Perturbation)(given)

    def loss(model, perturbations):
        y, sown = nnx.capture(model, nnx.Intermediate, init=perturbations)(given)
        return y.sum(), sown

    gradients, sown = nnx.grad(loss, argnums=(0, nnx.DiffState(1, nnx.Perturbation)), has_aux=True)(model, perturbations)
    return [y, found["feature"].get_value(), all_y, every["__call__"].get_value(), every["features"].get_value(), gradients[0]["w"][...], gradients[1]["grad_of_y"][...], sown["feature"].get_value()]


def directional():
    model, given = Linear(), jnp.array([1.0, 2.0])
    along = jax.tree.map(jnp.ones_like, model)
    y, y_tangent = nnx.jvp(lambda m, x: jnp.sin(x @ m.w), (model, given), (along, given), graph=False)
    z, pullback = nnx.vjp(lambda m, x: jnp.sin(x @ m.w).sum(), model, given, graph=False)
    back, back_x = pullback(jnp.ones(()))
    return [y, y_tangent, z, back.w[...], back_x]


cases = {
    "order": lambda: [jnp.ravel(x, order="F"), x.ravel("F"), x.flatten("F"), x.reshape(3, 2, order="F"), jnp.reshape(x, (3, 2), order="F")],
    "compress": lambda: [x.compress(jnp.array([False, True]), axis=0), x.compress(jnp.array([True, False, True]), axis=1), jnp.compress(jnp.array([True, False, True, True]), x)],
    "partition": lambda: [jnp.partition(row, 4), jnp.argpartition(row, 4), jnp.partition(row, -3), jnp.argpartition(x, 1, axis=1), jnp.argpartition(x, 0, axis=0)],
    "hermitian": lambda: [jnp.linalg.eigvalsh(hermitian), jnp.linalg.eigh(hermitian)[0], jnp.linalg.trace(x, dtype="float32")],
    "gradient": lambda: [jnp.gradient(steep, places), jnp.gradient(jnp.stack([steep, steep**2]), places, axis=1), *jnp.gradient(jnp.stack([steep, steep**2]), 2.0, places)],
    "interp": lambda: [jnp.interp(jnp.array([-1.0, 0.5, 3.0, 6.2, 8.0]), jnp.array([0.0, 1.5, 3.0, 4.5]), jnp.array([0.0, 1.0, 0.0, -1.0]), period=2 * np.pi), jnp.interp(10.0, places, steep, period=4.5)],
    "einsum": lambda: [jnp.einsum(x, (0, 1), jnp.arange(3), (1,), (0,)), jnp.einsum(x, (0, 1), jnp.arange(3), (1,)), jnp.einsum(x, [0, 1], [1, 0]), jnp.einsum(x, (..., 0), (...,))],
    "grids": lambda: [jnp.mgrid[0:1:4j], jnp.mgrid[0:1:3j, 0:4], *jnp.ogrid[0:1:3j, 0:2], jnp.r_[-1:1:6j, 0, jnp.array([1, 2, 3])]],
    "places": lambda: [jnp.argwhere(1), jnp.argwhere(0), jnp.array(range(3)), jnp.asarray(range(1, 7, 2), dtype="float32"), jnp.apply_along_axis(lambda v, power: jnp.sum(v**power), 0, x, power=3)],
    "wrapped": lambda: [jnp.arange(5.0).at[-1].set(99, wrap_negative_indices=False, mode="drop"), jnp.arange(5.0).at[jnp.array([-1, 1])].add(9, wrap_negative_indices=False), jnp.arange(5.0).at[jnp.array([-1, 1])].add(9)],
    "correlate": lambda: [jax.scipy.signal.correlate2d(image, image[:2, :2], mode=mode) for mode in ("full", "same", "valid")],
    "round": lambda: [jnp.real(jnp.round(jnp.array([1.26 - 2.5j, 3.5 + 1.25j]), 1)), jnp.imag(jnp.round(jnp.array([1.26 - 2.5j, 3.5 + 1.25j])))],
    "broadcast": lambda: [lax.broadcast_in_dim(x, (3, 4, 2), (2, 0)), lax.broadcast_in_dim(jnp.arange(3).reshape(3, 1), (2, 3), (1, 0))],
    "weak": lambda: [jnp.sqrt(2.0) * jnp.ones(2, "bfloat16"), jnp.full(2, 2.0) + jnp.ones(2, "float16"), jax.jit(lambda i: jnp.arange(3, dtype="int8")[i])(1), jax.jit(lambda i: i * 2)(1) + jnp.ones(2, "int8"), jax.grad(lambda v: v * v)(2.0) * jnp.ones(1, "bfloat16"), jax.nn.gelu(1.0) * jnp.ones(1, "bfloat16")],
    "clips": lambda: [optax.per_example_global_norm_clip([jnp.arange(6.0).reshape(3, 2)], limit) for limit in (0.0, 1.25, 9.0)],
    "classes": lambda: [optax.softmax_cross_entropy_with_integer_labels(jnp.sin(jnp.arange(24.0)).reshape(2, 3, 4), jnp.array([1, 7]), axis=(1, 2)), optax.softmax_cross_entropy_with_integer_labels(jnp.sin(jnp.arange(24.0)).reshape(2, 3, 4), jnp.array([[1, 3, 0], [2, 0, 1]]))],
    "captured": captured,
    "directional": directional,
}

texts = {
    "complex": repr(jnp.array([1 + 2j, 3.5j, -1e-3 + 100j])),
    "complex rows": repr(jnp.array([[1.25 + 2j, 3], [1, -10j]])),
    "complex far apart": repr(jnp.array([1e9 + 2j, 3.5j])),
    "complex and special": repr(jnp.array([complex(float("nan"), 1), complex(float("inf"), float("-inf"))])),
    "complex number": str(jnp.array([1 + 2j, 2j])[0]) + str(jnp.array([1 + 2j, 2j])[1]),
    "complex str": str(jnp.array([[1.25 + 2j, 3], [1, -10j]])),
    "numpy": repr(np.arange(3)) + repr(np.zeros((2, 2), "float32")) + repr(np.zeros((0, 3))) + repr(np.array([True])),
    "weak": repr(jnp.sqrt(2.0)) + repr(jnp.full(3, 2)) + repr(jnp.array(3)) + repr(jnp.array([3])),
    "strong": repr(jnp.asarray(2.0, "float32")) + repr(jax.nn.softmax(jnp.full(2, 1.0))) + repr(jax.jit(lambda i: jnp.arange(3)[i])(1)),
    "short": repr(jnp.array([1.4142, 2.0, 1e-9, 3e8], "bfloat16")),
    "dtypes": repr(jnp.ones(1, "bfloat16").dtype) + repr(jnp.ones(1).dtype) + repr(jnp.promote_types("uint8", int)),
    "scalars": repr([jnp.isscalar(1 + 1j), jnp.isscalar("a"), jnp.iscomplexobj(1 + 2j), jnp.isrealobj(1 + 2j)]),
}
