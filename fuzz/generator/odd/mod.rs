//! Values that a function hardly expects.

mod values;

use values::{CHANGES, VALUES};

use super::Choices;
use super::expressions::expression;

/// What the values are made of; stands before a program that uses them.
pub const HEAD: &str =
    "import collections, contextlib, copy, dataclasses, enum, functools, itertools, math, operator, typing
from functools import partial
import jax, jax.numpy as jnp, keras, numpy as np
import jax.scipy, jax.scipy.linalg, jax.scipy.signal, jax.scipy.special, jax.scipy.stats
from jax import lax, random
from keras import layers, ops
x = jnp.arange(6.0).reshape(2, 3)
y = np.ones((4, 2))
key = jax.random.key(0)
class Odd:
    shape = property(lambda self: self.missing)
    dtype = 3
    def __len__(self): return -1
    def __iter__(self): return self
    def __next__(self): raise KeyError(self)
    def __getitem__(self, i): return self if i is self else i
    def __index__(self): return 2**70
    def __float__(self): return 'x'
    def __bool__(self): raise ValueError('no')
    def __hash__(self): return []
    def __eq__(self, other): return other
    def __add__(self, other): return NotImplemented
    __radd__ = __mul__ = __rmul__ = __lt__ = __contains__ = __add__
    def __call__(self, *a, **k): return self
    def __repr__(self): return 3
    def __getattr__(self, name): return name
    def __array__(self, *a): return self
    def __jax_array__(self): return x
class Own:
    ndim, shape, dtype = 2, (2, 3), 'float32'
    def __init__(self, *a, **k): self.a = self
    def __len__(self): return 3
    def __getitem__(self, i): return [x, 2.0, 'c'][i]
    def __index__(self): return 1
    def __iter__(self): yield from (1, x, self)
    def __array__(self, *a): return np.ones((2, 3))
    def __enter__(self): return self
    def __exit__(self, *a): return True
    def __get__(self, *a): return a
class Rows(list): pass
class Table(dict):
    def __missing__(self, k): return k
class Pair(typing.NamedTuple):
    a: object
    b: object = None
class Level(enum.IntEnum):
    LOW = 0
    HIGH = 1
@dataclasses.dataclass
class Data:
    a: object = None
@jax.tree_util.register_pytree_node_class
class Node:
    def __init__(self, *a): self.a = a
    def tree_flatten(self): return self.a, None
    @classmethod
    def tree_unflatten(cls, aux, parts): return cls(*parts)
class Own2(layers.Layer):
    def call(self, t): return t
def boom(*a, **k): raise ValueError(a)
def again(*a, **k): return again(*a, **k)
kept = [x]
def keep(*a, **k):
    kept.extend(a)
    return a[0] if a else None
def numbers(*a):
    yield 1
    yield x
";

/// A value that hardly fits.
pub fn value(choices: &mut dyn Choices) -> String {
    match choices.below(12) {
        0 => expression(choices, 1),
        1 => {
            let inner = pick(choices, VALUES).to_owned();
            fill(pick(choices, CHANGES), "A", &inner).trim_start_matches('*').to_owned()
        }
        _ => pick(choices, VALUES).to_owned(),
    }
}

/// An argument made from a fitting one.
pub fn changed(choices: &mut dyn Choices, argument: &str) -> String {
    if choices.below(2) == 0 { value(choices) } else { fill(pick(choices, CHANGES), "A", argument) }
}

/// One of several, however many there are.
pub fn pick<'a>(choices: &mut dyn Choices, of: &[&'a str]) -> &'a str {
    of[(choices.below(256) * 256 + choices.below(256)) % of.len()]
}

/// The template with texts for a name of one letter that stands alone in it.
pub fn fill(template: &str, name: &str, text: &str) -> String {
    let mut parts = template.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    parts.by_ref().fold(String::new(), |mut filled, word| {
        let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
        filled += if &word[..end] == name { text } else { &word[..end] };
        filled + &word[end..]
    })
}
