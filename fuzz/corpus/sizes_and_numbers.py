# Sizes and numbers that no array has: each line is a program of its own.
import jax, jax.numpy as jnp, keras, numpy as np
import jax.scipy, jax.scipy.linalg, jax.scipy.signal, jax.scipy.special
from jax import lax
from keras import layers, ops

x = jnp.ones((2, 3))
# ---
r = jax.image.resize(x, (2**31, 3), 'linear')
# ---
r = jax.image.resize(x, (2**31+1, 3), 'nearest')
# ---
r = layers.AveragePooling1D(2, 1, padding='same')(keras.Input((2**40, 1)))
# ---
r = ops.adaptive_average_pool(jnp.ones((1, 4, 4, 1)), 2**40)
# ---
r = ops.stft(x, 2**31, 1, 2**31)
# ---
r = jnp.polyint(jnp.ones(3), 2**40)
# ---
r = jnp.diff(x, n=2**40)
# ---
r = jax.scipy.special.multigammaln(3.0, 2**40)
# ---
r = jnp.repeat(x, jnp.array([2**30, 2]), axis=0)
# ---
r = jnp.repeat(x, np.array([2**40, 2]), axis=0)
# ---
r = jnp.repeat(x, np.array([2, 2]), axis=0, total_repeat_length=2**40)
# ---
r = lax.tile(x, (2**40, 1))
# ---
r = jax.random.orthogonal(jax.random.key(0), 2**40)
# ---
r = jax.random.multinomial(jax.random.key(0), 3, jnp.ones(2**20))
# ---
r = jax.eval_shape(lambda a: jnp.unstack(a), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.polyval(a, 2.0), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.unique(a, axis=0, size=2), jax.ShapeDtypeStruct((4, 2**40), 'float32'))
# ---
r = jax.eval_shape(lambda a: [v for v in a], jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.delete(a, 3), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.insert(a, 3, 1), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jax.scipy.signal.detrend(a), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.array_split(a, 2**30), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = jax.eval_shape(lambda a: jnp.split(a, 2**30), jax.ShapeDtypeStruct((2**40,), 'float32'))
# ---
r = layers.TimeDistributed(layers.Dense(2))(keras.Input((2**40, 3)))
# ---
r = layers.RNN(layers.SimpleRNNCell(2), unroll=True)(keras.Input((2**40, 3)))
# ---
r = layers.LSTM(2, unroll=True)(keras.Input((2**40, 3)))
# ---
r = layers.Flatten()(keras.Input((2**40, 2**40)))
# ---
r = layers.Reshape((2**40, 2**40, -1))(keras.Input((4,)))
# ---
r = layers.Reshape((2**40, 2**40))(keras.Input((4,)))
# ---
r = layers.LSTM(2**62)(keras.Input((4,4)))
# ---
r = layers.UpSampling2D(2**62)(keras.Input((4,4,1)))
# ---
r = layers.DepthwiseConv2D(3, depth_multiplier=2**62)(keras.Input((4,4,3)))
# ---
r = layers.Resizing(2**30, 2**30)(keras.Input((4,4,3)))
# ---
r = layers.RandomCrop(2**30, 2**30)(keras.Input((4,4,3)))
# ---
r = layers.AdaptiveAveragePooling2D(2**40)(keras.Input((4,4,3)))
# ---
r = layers.MelSpectrogram(fft_length=2**40, num_mel_bins=2**40)(keras.Input((400,)))
# ---
r = keras.initializers.Orthogonal()((2**40, 2**40, 2**40))
# ---
r = keras.initializers.GlorotUniform()((2**40, 2**40, 2**40))
# ---
r = keras.initializers.STFT()((2**20, 1, 2**20))
# ---
r = jax.nn.initializers.lecun_normal()(jax.random.key(0), (2**40, 2**40, 2**40))
# ---
r = jax.random.split(jax.random.key(0), (2**40, 2**40))
# ---
r = jax.random.bits(jax.random.key(0), (2**40, 2**40))
# ---
r = jax.random.normal(jax.random.key(0), (2**62, 2, 2))
# ---
r = jnp.reshape(x, (2**40, 2**40, -1))
# ---
r = jnp.reshape(jnp.zeros((0, 3)), (2**40, 2**40, 0))
# ---
r = jnp.pad(x, 2**40, mode='linear_ramp')
# ---
r = jnp.vander(jnp.arange(3.), 2**40)
# ---
r = jnp.diagonal(x, -2**63)
# ---
r = jnp.trace(x, -2**63)
# ---
r = jnp.linspace(0, 1, 2**40)
# ---
r = jnp.logspace(0, 1, 2**40)
# ---
r = jnp.histogram(x, 2**40)
# ---
r = jnp.histogramdd(x.T, 2**40)
# ---
r = jnp.unravel_index(jnp.array([1]), (2**40, 2**40, 2**40))
# ---
r = jnp.resize(x, (2**40, 2**40))
# ---
r = lax.reduce_window(x, 0., lax.add, (1, 2**40), (1, 1), [(0, 0), (2**40, 0)])
# ---
r = lax.reduce_window(x, 0., lax.add, (1, 2**30), (1, 1), [(0, 0), (2**30, 0)])
# ---
r = lax.reduce_window(x, 0., lax.add, (1, 2**62), (2**62, 2**62), [(2**62, 2**62), (2**62, 0)])
# ---
r = lax.conv_general_dilated(jnp.ones((1,1,4,4)), jnp.ones((1,1,2,2)), (2**62, 2**62), [(2**62, 2**62), (2**62, 2**62)])
# ---
r = lax.scan(lambda c, t: (c, None), x, None, length=2**62)
# ---
r = ops.image.gaussian_blur(jnp.ones((1,4,4,3)), (2**40, 2**40))
# ---
r = ops.image.resize(jnp.ones((1,4,4,3)), (2**40, 2**40))
# ---
r = ops.fold(jnp.ones((1,3,4)), (2**40, 2**40), 2**20)
# ---
r = ops.depth_to_space(jnp.ones((1,4,4,4)), 2**62)
# ---
r = ops.max_pool(jnp.ones((1,4,4,3)), 2**62, 2**62, 'same')
# ---
r = ops.average_pool(jnp.ones((1,4,4,3)), 2**31, 1, 'same')
# ---
r = keras.ops.ctc_decode(jnp.ones((1,4,3)), jnp.array([4]), 'beam_search', 2**40, 2**40)
# ---
r = np.linspace(0, 1, 2**40)
# ---
r = x.reshape(2**40, 2**40, -1)
# ---
r = jax.scipy.ndimage.map_coordinates(jnp.ones((2,)*24), [jnp.ones(1)]*24, 1)
# ---
r = jax.ops.segment_sum(x, 2**63 - 1)
# ---
r = keras.ops.segment_sum(x, (2**63 - 1, 0))
# ---
r = keras.ops.diff(keras.Input(()), 10**30)
