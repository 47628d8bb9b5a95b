# Kernels that do not fit.
import jax.numpy as jnp
from keras import ops

x, d, p = jnp.ones((1, 3, 3, 2)), jnp.ones((2, 2, 2, 1)), jnp.ones((1, 1, 2, 3))
# ---
r = ops.separable_conv(x, d, 2**24, 1, 'valid')
# ---
r = ops.separable_conv(x, d, p.astype(int))
# ---
r = ops.separable_conv(x, d, jnp.ones((1, 1, 0, 3)))
# ---
r = ops.separable_conv(x, d, jnp.ones((3, 3, 2, 3)))
# ---
r = ops.separable_conv(x.astype(complex), d, p)
# ---
r = ops.conv_transpose(x, p, strides=0)
# ---
r = ops.conv_transpose(x, p, dilation_rate=0)
# ---
r = ops.conv_transpose(x, jnp.ones((1, 1, 3, 0)), 2, output_padding=5)
# ---
r = ops.conv_transpose(x, jnp.ones((0, 0, 3, 2)), 2)
# ---
r = ops.conv_transpose(x, p.astype(int), 2)
# ---
r = ops.conv(x, jnp.ones((2, 2, 2, 0)))
# ---
r = ops.conv(x, jnp.ones((0, 2, 2, 1)))
# ---
r = ops.conv(x, jnp.ones((5, 5, 2, 1)), 1, 'valid')
# ---
r = ops.conv(x, jnp.ones((2, 2, 1, 3)))
# ---
r = ops.depthwise_conv(x, jnp.ones((2, 2, 2, 0)))
# ---
r = ops.depthwise_conv(x, jnp.ones((2, 2, 0, 2)))
# ---
r = ops.max_pool(x, 2**24)
# ---
r = ops.average_pool(x.astype(bool), 2)
# ---
r = ops.max_pool(x.astype(complex), 2)
# ---
r = ops.max_pool(x.astype(bool), 2)
# ---
import keras
keras.ops.image.extract_patches(keras.Input((8, 8, 3)), 0, padding="same")
