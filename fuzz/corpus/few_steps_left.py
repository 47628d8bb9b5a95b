# A package that is imported when hardly any steps, or calls, are left.
def deep(n):
    if n == 0:
        import optax

        return optax.sgd(0.1)
    return deep(n - 1)


# ---
for n in range(980, 1000):
    try:
        deep(n)
    except RecursionError:
        print(n)
# ---
for i in range(33000):
    pass
import haiku, optax
# ---
for n in range(33200):
    pass
from flax import linen, nnx
