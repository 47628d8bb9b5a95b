a = []
a.append(a)
# ---
import argparse
argparse.HelpFormatter(a, width=a)
# ---
import argparse
for i in range(3):
    (lambda a, b: b)(a, argparse.HelpFormatter("a", width=i))
# ---
import numpy as np
np.asarray(a)
# ---
import jax.numpy as jnp
jnp.zeros((0,) + jnp.shape([1.0, a]))
