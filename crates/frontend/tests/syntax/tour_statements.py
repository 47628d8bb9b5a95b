"""What the file is about."""

from __future__ import annotations

import keras, jax.numpy as jnp
import os.path
from keras import layers, ops as O
from . import sibling
from ..package.module import (
    first,
    second as other,  # a comment inside brackets
)
from numpy import *

a = b = 1
c, *d = [e, (f, g)] = values
self.x, y[0], z[1:] = 1, 2, 3
lone, = value
count: int = 0
self.declared: list[int]
total += 1; total **= 2; total //= 3; total @= m; total >>= 1
def later(): global count; count = 1

pass
del a, b[0], self.x
assert ok, "message"

if a:
    pass
elif b := f():
    x = 1
elif c: y = 2
else:
    z = 3

for i, (j, *rest) in enumerate(values, start=1):
    if i > 2:
        continue
    break
else:
    print("done")

for x in 1, 2, *more: print(x)

while not done:
    step()
else:
    finish()

try:
    risky()
except ValueError:
    raise
except (TypeError, KeyError) as error:
    raise RuntimeError("no") from error
except:
    pass
else:
    fine()
finally:
    clean()

try:
    risky()
finally:
    clean()

with open("a") as f, lock, scope() as (g, h.i):
    use(f)
with (a as b, c as d,):
    pass
with (yield_none)(): pass


@decorator
@module.factory(1, flag=True)
def function(p, /, q: int, r=1, *args: str, s, t: float = 2.0, **kwargs) -> "result":
    """What it does."""

    def inner():
        nonlocal q
        global g
        q = yield p
        w = yield from other
        return q, *args

    return


def keyword_only(*, key): return key


class Empty: pass


class Dense(layers.Layer, metaclass=Meta, **options):
    """A layer."""

    units: int = 3

    @property
    def shape(self):
        return (self.units,)

    def call(self, x): return x @ self.kernel


if __name__ == "__main__":
    main()
