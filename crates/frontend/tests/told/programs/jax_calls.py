import jax
import jax.numpy as jnp

#: pictures
jax.image.resize(jnp.ones((4, 4)), (8, 8), "x")
jax.image.resize(jnp.ones((4, 4)), (8,), "linear")
jax.image.scale_and_translate(jnp.ones((4, 4)), (8, 8), (0, 1), jnp.ones(2), jnp.zeros(2), "nearest")
jax.image.scale_and_translate(jnp.ones((4, 4)), (8, 8), (0, 1), jnp.ones(3), jnp.zeros(2), "linear")
jax.scipy.ndimage.map_coordinates(jnp.ones((4, 4)), [jnp.ones(3)], 1)

#: attention
q = jnp.ones((2, 5, 4, 8))
jax.nn.dot_product_attention(q, q, q, mask=jnp.ones((2, 3, 5, 5), dtype=bool))
jax.nn.dot_product_attention(q, q, q, bias=jnp.ones(5))
jax.nn.dot_product_attention(q, q, q, local_window_size="x")
jax.nn.dot_product_attention(q, jnp.ones((5, 8)), q)
jax.nn.dot_product_attention(q, jnp.ones((2, 5, 3, 8)), jnp.ones((2, 5, 3, 8)))
jax.nn.dot_product_attention(q, q, jnp.ones((2, 6, 4, 8)))
jax.nn.one_hot(jnp.ones(3), "x")
jax.nn.glu(jnp.ones(3))

#: initializers
key = jax.random.key(0)
jax.nn.initializers.glorot_normal()(key, (3,))
jax.nn.initializers.delta_orthogonal()(key, (3, 3))
jax.nn.initializers.delta_orthogonal()(key, (3, 4, 3))
jax.nn.initializers.orthogonal()(key, (3,))
jax.nn.initializers.variance_scaling(1.0, "fan", "normal")
jax.nn.initializers.variance_scaling(1.0, "fan_in", "x")
jax.nn.initializers.normal()(key, (3,), "flot")
jax.nn.initializers.normal()(key, "x")

#: places and blocks
jnp.block([])
jnp.block([[jnp.ones((2, 2)), jnp.ones((3, 3))]])
jnp.place(jnp.ones(3), jnp.ones(4) > 0, jnp.ones(1), inplace=False)
jnp.place(jnp.ones(3), jnp.ones(3) > 0, jnp.ones(0), inplace=False)
jnp.r_["a", 1]
jnp.c_["a"]
jnp.histogramdd(jnp.ones((3, 2)), bins="x")
jnp.histogramdd(jnp.ones((3, 2)), bins=[1, 2, 3])
jnp.histogramdd(jnp.ones((3, 2)), range=[1])
jnp.histogramdd(jnp.ones(()))
jnp.gradient(jnp.ones((3, 4)), 1.0, 2.0, 3.0)
jnp.gradient(jnp.ones(1))
jnp.gradient(jnp.ones(3), jnp.ones(3))
jax.jit(lambda x: jnp.bincount(x))(jnp.array([1]))
jnp.bincount(jnp.array([1]), length=0)
jnp.roll(jnp.ones((3, 4)), (1, 2, 3), axis=(0, 1))
jnp.tensordot(jnp.ones((3, 4)), jnp.ones((3, 4)), axes=((0,), (0, 1)))
jnp.matmul(3.0, jnp.ones(3))
jnp.unique(jnp.ones(()), axis=0)
jnp.unique_values(jnp.ones((0,)))
jnp.correlate(jnp.ones(2), jnp.ones((2, 2)))
jnp.einsum("i")
jnp.repeat(jnp.ones(3), -1)
jnp.exp(1j) < 1j
jnp.linalg.multi_dot([jnp.ones(3)])
jnp.argsort(jnp.ones(3), descending="x")
jax.scipy.signal.convolve(jnp.ones((2, 5)), jnp.ones((5, 2)), mode="valid")
jax.scipy.signal.stft(jnp.ones(3), nperseg=9)
jax.scipy.signal.istft(jnp.ones(3))
jax.scipy.special.bernoulli(-1)
jax.scipy.special.bernoulli(99)
jax.scipy.linalg.block_diag("x")

#: random numbers
key = jax.random.key(0)
jax.random.bernoulli(key, 1)
jax.random.dirichlet(key, jnp.ones(()))
jax.random.multinomial(key, 3, jnp.ones(()))
len(key)
jax.random.key(10 ** 30)
jax.random.key(key)
jax.random.split(key, -1)
jax.random.fold_in(key, -1)
jax.random.fold_in(key, 10 ** 20)
jax.jit(lambda n: jax.random.permutation(key, n))(3)
jax.random.choice(key, 0)
jax.random.choice(key, 0, shape=(3,))
jax.random.choice(key, 3, shape=(5,), replace=False)
jax.random.categorical(key, jnp.ones(3), shape=(5,), replace=False)
jax.random.multivariate_normal(key, jnp.ones(()), jnp.ones((1, 1)))
jax.random.multivariate_normal(key, jnp.ones(3), jnp.ones((2, 2)))
jax.random.normal(3, (2,))
jax.random.normal((2, 3))
jax.random.uniform(key, (2,), dtype=int)
jax.random.randint(key, (2,), 0, 3, dtype=float)
jax.random.normal(jnp.ones(2), (2,))

#: derivatives given by the program
f = jax.custom_jvp(lambda x, y: x, nondiff_argnums=(1,))
f(x=1.0, y=2.0)
g = jax.custom_vjp(lambda x: x, nondiff_argnames="z")
h, constants = jax.closure_convert(lambda x: x * 2.0, jnp.ones(3))
h(jnp.ones(3), jnp.ones(3), *constants)
h([jnp.ones(3)], *constants)

#: numbers and tensors
jnp.ones(3).item()
jnp.ones(3).foo()
jnp.ones(3).T.bar
abs(jnp.ones(3), 3)
round(jnp.ones(3), "x")
len(jnp.ones(()))
jnp.float32("x")
2 ** jnp.array(10 ** 3) ** 10
jnp.array(2) ** (10 ** 20)
