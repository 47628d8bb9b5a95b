import jax.numpy as jnp
import keras
# ---
print(jnp.apply_along_axis(lambda row: (), 0, jnp.ones((2, 3))))
print(jnp.apply_along_axis(lambda row: (row, {"sum": row.sum()}), 0, jnp.ones((2, 3))))
# ---
keras.layers.TimeDistributed(keras.layers.Dense(2))(-2)
# ---
keras.layers.TimeDistributed(keras.layers.Dense(2))(jnp.ones(3))
# ---
import numpy as np

class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.statistics = keras.layers.Normalization()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(self.statistics(x))

data = np.load("data.npy")
model = Model()
model.statistics.adapt(data)
model.compile(loss="mse")
model.build((None, 4))
model.fit(data, data)
# ---
import jax
key = jax.random.key(0)
print(jax.random.multinomial(key, 4, jnp.ones((2, 3), "bfloat16")))
# ---
print(list(enumerate(range(3), 10**400))[-1][0] % 10)
# ---
keras.metrics.AUC(2**31)
# ---
import jax.numpy as jnp
jnp.diag_indices(True, ndim=2**31)
# ---
jnp.array(1, ndmin=2**31)
# ---
jnp.vander(jnp.ones(3), 2**31)
# ---
jnp.ix_(*[jnp.arange(3)] * 100000)
# ---
a = []
a.append(a)
jnp.shape(a)
# ---
a = [1.0]
for i in range(40):
    a = [a, a]
jnp.size(a)
# ---
x = 3.14159265
print(len(f"{x:{x}}"), len(f"{x:.99999e}"), len("%.70000f" % x), len(f"{x:.99999%}"), round(x, 99999))
