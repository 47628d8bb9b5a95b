import jax.numpy as jnp

#: shapes that do not meet
jnp.ones((2, 3)) + jnp.ones((4, 3))
jnp.ones((2, 3)) @ jnp.ones((4, 3))
jnp.dot(jnp.ones(3), jnp.ones(4))
jnp.matmul(jnp.ones((2, 3)), 2.0)
jnp.matmul(jnp.ones(()), jnp.ones(()))
jnp.vdot(jnp.ones(3), jnp.ones(4))
jnp.where(jnp.ones(3) > 0, jnp.ones(3), jnp.ones(4))
jnp.concatenate([jnp.ones((2, 3)), jnp.ones((2, 4))])
jnp.concatenate([])
jnp.stack([jnp.ones(3), jnp.ones(4)])
jnp.reshape(jnp.ones(6), (4, 2))
jnp.reshape(jnp.ones(6), (4, -1))
jnp.broadcast_to(jnp.ones(3), (4,))
jnp.cross(jnp.ones(5), jnp.ones(5))
jnp.outer(jnp.ones((2, 2)))
jnp.convolve(jnp.ones((2, 2)), jnp.ones(3))
jnp.kron()

#: einsum
jnp.einsum('ij,jk->ik', jnp.ones((2, 3)), jnp.ones((4, 2)))
jnp.einsum('ij->ij')
jnp.einsum('ij,jk->ik', jnp.ones((2, 3)))
jnp.einsum('ij->i', jnp.ones(3))
jnp.einsum('ij->ik', jnp.ones((3, 3)))
jnp.einsum('i->', 3, 4)

#: indices
x = jnp.ones((3, 4))
x[5]
x[0, 0, 0]
x[..., ...]
x['a']
x[jnp.array([0.5])]
x[jnp.ones(4) > 0]
x.at[0].set(jnp.ones(3))
x.at[0]
x[0] = 1
x[0] += 1
x.shape = (4, 3)
jnp.take_along_axis(x, jnp.ones(3, dtype=int), 0)
jnp.take(x, jnp.array([0.5]))
jnp.nonzero(x, size='a')

#: axes
x = jnp.ones((3, 4))
jnp.sum(x, axis=2)
jnp.sum(x, axis=(0, 0))
jnp.transpose(x, (0, 0))
jnp.squeeze(x, 0)
jnp.swapaxes(x, 0, 5)
jnp.expand_dims(x, 9)
jnp.max(jnp.ones((0,)))
jnp.argmax(jnp.ones((0, 3)), 0)
jnp.split(x, 5)
jnp.split(x, 3, axis=1)
jnp.sort(x, axis=4)
jnp.diagonal(x, axis1=0, axis2=0)
jnp.cumsum(x, axis=3)
jnp.median(jnp.ones((0,)))
jnp.percentile(x, jnp.ones((2, 2)))
jnp.average(x, weights=jnp.ones(4))
jnp.average(x, axis=0, weights=jnp.ones(4))

#: types
jnp.ones(3, dtype='flot32')
jnp.ones((2.5,))
jnp.ones(-1)
jnp.array([[1, 2], [3]])
jnp.array('a')
jnp.array([1, 'a'])
jnp.array(object)
jnp.asarray({})
jnp.ones(3) & 1
jnp.gcd(1.5, 2)
jnp.left_shift(1.5, 1)
jnp.ldexp(1.0, 2.5)
jnp.power(2, -1)
jnp.array([1, 2]) ** -1
jnp.ones(3) + 'a'
jnp.ones(3) + None
jnp.ones(3).view('int16')[0, 0]
jnp.ones(3, dtype=jnp.float64)
'a' in jnp.ones(3)
float(jnp.ones(3))
int(jnp.ones(3))
range(jnp.ones(()))
jnp.arange(3.5, step=0)
jnp.linspace(0, 1, -3)
jnp.eye('a')
jnp.bincount(jnp.array([0.5]))
jnp.round(jnp.array([1]), -1)
jnp.unpackbits(jnp.ones(3))

#: linear algebra
jnp.linalg.inv(jnp.ones((2, 3)))
jnp.linalg.inv(jnp.ones(3))
jnp.linalg.solve(jnp.ones((3, 3)), jnp.ones(4))
jnp.linalg.det(jnp.ones((2, 3)))
jnp.linalg.cholesky(jnp.ones((2, 3)))
jnp.linalg.eigh(jnp.ones((2, 3)))
jnp.linalg.norm(jnp.ones(3), ord='nuc')
jnp.linalg.norm(jnp.ones((3, 3)), ord=7)
jnp.linalg.norm(jnp.ones((3, 3, 3)), ord=2)
jnp.linalg.lstsq(jnp.ones(3), jnp.ones(3))
jnp.linalg.matrix_power(jnp.ones((2, 3)), 2)
jnp.linalg.eig(jnp.eye(2))
jnp.trace(jnp.ones(3))

#: polynomials and places
jnp.polyfit(jnp.ones(3), jnp.ones(4), 2)
jnp.polyval(jnp.ones((2, 2)), 3.0)
jnp.roots(jnp.ones((2, 2)))
jnp.interp(1.0, jnp.ones(3), jnp.ones(4))
jnp.histogram(jnp.ones(3), bins='auto')
jnp.histogram(jnp.ones(3), bins=jnp.ones(()))
jnp.identity(2**40)
jnp.identity(2**31 - 1)
jnp.zeros((2**40, 1))
jnp.zeros((2**31, 2**31))
jnp.diagonal(jnp.ones((2, 3)), 2**63 - 1)
jnp.searchsorted(jnp.ones((2, 2)), 1.0)
jnp.meshgrid(jnp.ones((2, 2)))
jnp.vander(jnp.ones((2, 2)))
jnp.diag(jnp.ones((2, 2, 2)))
jnp.tril(jnp.ones(3))
jnp.pad(jnp.ones(3), 1, mode='odd')
jnp.pad(jnp.ones((0,)), 1, mode='edge')
jnp.unique(jnp.ones(3), size='a')
jnp.apply_along_axis(lambda x: x, 5, jnp.ones(3))
jnp.vectorize(lambda x: x, signature='(n)->')(jnp.ones(()))
jnp.piecewise(1.0, [True], [])
jnp.select([], [])
jnp.choose(5, [1, 2])
