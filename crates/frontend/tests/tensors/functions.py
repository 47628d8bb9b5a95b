"""Functions on tensors x f32[2,3,4], y f32[3,4] and k i32[4]; evaluated by Keras on JAX and by Keramos."""
import jax
import jax.numpy as jnp
from jax import nn
from keras import ops

cases = {
    "arithmetic": lambda x, y, k: (x + y) * 2 - x / (y * y + 1) + 3,
    "reflected": lambda x, y, k: 1 - x + (2 / (y + 5)) + 2 ** y,
    "powers": lambda x, y, k: x ** 2 + x ** 3 - (y + 4) ** 0.5 + k ** 2,
    "integers": lambda x, y, k: k * 3 // 2 + k % 3 - (-k) // 4 + -k % 5,
    "division": lambda x, y, k: k / 4,
    "floor_division": lambda x, y, k: x // 0.3,
    "modulo": lambda x, y, k: (x % 0.7, x % -0.7),
    "promotion": lambda x, y, k: (k + 1, k + 1.5, k * x, k > 2, (k > 1) + 1),
    "comparisons": lambda x, y, k: ((x > 0) & (x <= 1), (x < -1) | (x == y), ~(k >= 2), k != 2),
    "negation": lambda x, y, k: (-x, +y, abs(x)),
    "matmul": lambda x, y, k: x @ y.T,
    "indexing": lambda x, y, k: (x[0], x[:, 1], x[..., -1], x[1, 2, 3], x[:, ::2], x[:, :, 3:0:-1], x[:, None, 0], x[-1:, 1:], y[1][2:]),
    "methods": lambda x, y, k: (x.reshape(6, 4), x.reshape((4, -1)), y.T, x.transpose(2, 0, 1), x.mean(), x.sum(axis=1), x.max(axis=(0, 2)), x.astype("int32"), x.flatten(), y.min(axis=-1, keepdims=True)),
    "reductions": lambda x, y, k: (ops.sum(x), ops.mean(x, axis=-1), ops.max(x, axis=0), ops.min(x, axis=[1, 2]), ops.prod(y, axis=0), ops.var(x, axis=1), ops.std(x, keepdims=True), ops.any(x > 2, axis=-1), ops.all(x > -9), ops.argmax(x, axis=1), ops.argmin(x), ops.cumsum(y, axis=1)),
    "elementwise": lambda x, y, k: (ops.exp(x), ops.log(x + 3), ops.sqrt(x + 2), ops.tanh(x), ops.sin(x), ops.cos(y), ops.square(y), ops.sign(x), ops.floor(x), ops.ceil(x), ops.abs(y), ops.maximum(x, y), ops.minimum(x, 0.1), ops.clip(x, -0.5, 0.5), ops.where(x > 0, x, y), ops.log1p(y + 2), ops.expm1(y), ops.erf(y), ops.rsqrt(x + 2)),
    "shapes": lambda x, y, k: (ops.reshape(x, (-1, 3)), ops.transpose(y), ops.transpose(x, (2, 0, 1)), ops.expand_dims(y, 0), ops.expand_dims(y, [0, -1]), ops.squeeze(ops.expand_dims(y, 1)), ops.concatenate([x, x], axis=-1), ops.stack([y, y], axis=1), ops.flip(y, axis=0), ops.swapaxes(x, 0, 2), ops.moveaxis(x, 0, -1), ops.repeat(y, 2, axis=0), ops.broadcast_to(k, (2, 4)), ops.sort(-y, axis=-1)),
    "splitting": lambda x, y, k: ops.split(x, 2, axis=2) + ops.split(y, [1], axis=0),
    "creation": lambda x, y, k: (ops.zeros((2, 2)), ops.ones_like(y), ops.full((3,), 2.5), ops.arange(5), ops.arange(1, 3, 0.5), ops.zeros_like(k), ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]]), ops.cast(k, "float32"), jnp.array([k[0], k[1]]), jnp.ones(3)),
    "nn": lambda x, y, k: (ops.relu(x), ops.softmax(x), ops.sigmoid(y), ops.gelu(x), nn.gelu(x, approximate=False), nn.silu(x), nn.relu6(x * 9), ops.log_softmax(y), ops.softplus(x), ops.one_hot(k, 5), nn.one_hot(k, 4)),
    "einsum": lambda x, y, k: (ops.einsum("bij,kj->bik", x, y), ops.matmul(x, ops.transpose(y))),
    "static": lambda x, y, k: ops.ones(ops.shape(x)[1:]) * x.ndim + x.shape[0] + len(x.shape),
    "loop": lambda x, y, k: sum(row * i for i, row in enumerate(y)),
    "unpack": lambda x, y, k: [a - b for a, b in [x]],
    "closure": lambda x, y, k: (lambda t: ops.sum(t * jnp.pi) + jnp.sum(jnp.where(t > 0, t, 0.0)))(y),
    "lax": lambda x, y, k: jax.lax.stop_gradient(x) + 2.5,
}
