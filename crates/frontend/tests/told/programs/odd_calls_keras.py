import keras
import jax
import jax.numpy as jnp
import jax.scipy as jsp
from jax import lax

#: calls that reach keras/activations
jax.nn.glu(jnp.arange(3))

#: calls that reach keras/initializers
keras.initializers.Constant(value=['a'])
keras.initializers.HeUniform(input_axes={})
keras.initializers.Identity()((12,))
keras.initializers.get(-9)
keras.initializers.orthogonal()(3)
keras.initializers.stft()(1)

#: calls that reach keras/layers
keras.layers.EinsumDense('ij,jk->ik', jnp.array([True, False, True]), kernel_initializer=3)(3)
keras.layers.GRUCell(3)(keras.Input((8, 8, 3)))
keras.layers.Normalization(axis=1, mean=jnp.ones((4, 4)))('x')
keras.layers.StackedRNNCells(jnp.ones((2, 3, 4)))('x')
keras.layers.TimeDistributed({})('x')
keras.layers.ZeroPadding2D(padding='SAME')(3)

#: calls that reach keras/losses
keras.metrics.categorical_hinge(0, jnp.ones(()))
keras.metrics.sparse_categorical_crossentropy(jnp.ones(3), jnp.ones((4, 4)))
keras.ops.binary_crossentropy((-1, 5), [])

#: calls that reach keras/metrics
keras.metrics.AUC().update_state(jnp.ones(()), jnp.ones(3))
keras.metrics.AUC(label_weights=-1)
keras.metrics.F1Score().update_state(jnp.ones(3), jnp.ones(4))
keras.metrics.FBetaScore().update_state(jnp.ones((2, 3, 4)), jnp.ones((3, 4)))
keras.metrics.FBetaScore(threshold=0).update_state(jnp.ones((0,)), jnp.ones((1, 4, 4, 3)))
keras.metrics.TruePositives(thresholds=jnp.arange(12).reshape(3, 4))
keras.metrics.sparse_categorical_accuracy(1, 3j)

#: calls that reach keras/models
keras.layers.InputLayer(shape=(3, 4), input_tensor=jnp.ones((0,)))([keras.Input((4,)), keras.Input((5,))])

#: calls that reach keras/ops
keras.ops.adaptive_max_pool(True, 0)
keras.ops.cdist([], 3j)
keras.ops.fft(1)
keras.ops.image.crop_images(())
keras.ops.image.extract_patches(jnp.ones((0,)), 3)
keras.ops.image.map_coordinates((0,), jnp.arange(12).reshape(3, 4), -1, fill_mode=jnp.ones((2, 3, 4, 5, 6)), fill_value=jnp.ones((4, 4)))
keras.ops.image.map_coordinates(jnp.arange(3), jnp.ones(4, dtype="uint8"), 3j)
keras.ops.image.resize(jnp.ones((4, 4)), 3)
keras.ops.image.rgb_to_grayscale(jnp.ones((2, 3, 4)))
keras.ops.image.sobel_edges(jnp.ones((2, 3, 4)))
keras.ops.matrix_rank(-1)
keras.ops.psnr(2.5, jnp.ones((1, 4, 4, 3)), True)
keras.ops.rfft(7)
keras.ops.slice((-1, 5), jnp.ones((1, 4, 4, 3)), (2, 3))
keras.ops.slice_update(jnp.arange(12).reshape(3, 4), (0, 0), jnp.ones(()))
keras.ops.sparse_categorical_crossentropy((3, -1), (2, 3))
keras.ops.stft(-9, [1, [2, 3]], jnp.ones((0,)), {})
keras.ops.view_as_complex(-1)

#: calls that reach keras/random.rs
keras.random.categorical((0, 1), jnp.ones(()))
keras.random.randint((5, 5), jnp.ones((4, 4)), jnp.ones(()), dtype=bool)
keras.random.uniform((2.5,), seed=[])

#: calls that reach keras/seed_generator.rs
keras.initializers.he_normal(seed=3j)

#: calls that reach ops/blocks.rs
keras.ops.fold((3, -1), (0, 1), 0)
keras.ops.nn.unfold((2, 3), 9)

#: calls that reach ops/ctc.rs
keras.ops.ctc_decode((0,), jnp.ones(()))
keras.ops.ctc_loss(jnp.ones(4), True, jnp.arange(3), 0)

#: calls that reach ops/elementwise.rs
keras.ops.view(jnp.ones((4, 4)), dtype=bool)

#: calls that reach ops/indexing.rs
keras.ops.scatter(jnp.array([0.5]), [], (5, 5))

#: calls that reach ops/nn.rs
keras.ops.one_hot(jnp.ones(3, bool), 2)

#: calls that reach ops/random
jax.random.categorical(jax.random.PRNGKey(0), jnp.ones(3, dtype="complex64"))

#: calls that reach ops/rearrange.rs
keras.ops.rearrange([], '')

#: calls that reach ops/shape.rs
jnp.r_[()]

#: calls that reach ops/signal.rs
jnp.cov(jnp.ones((1, 4, 4, 3)))
jnp.polymul(jnp.ones((1, 4, 4, 3)), jnp.ones(4))
jsp.signal.fftconvolve(0, jnp.ones(4))

#: calls that reach ops/sorting.rs
keras.ops.top_k(jnp.ones((0,)), True)
