import jax
import jax.numpy as jnp
import keras
import numpy as np
from jax import lax
from keras import layers, ops

#: functions that must be called by their names
import functools
g = super
g()
h = list(map(locals, [1]))
functools.partial(globals)()
slice.indices(3, 4)
[names() for names in (globals, locals)]
functools.reduce(lambda a, names: names(), [1, globals])

#: items of a dict of programs
class Missing(dict):
    def __missing__(self, key):
        return 3
    def own(self):
        return super().__getitem__()
Missing().own()
m = Missing()
m.__getitem__()
m.__getitem__(1, 2)
get = m.__getitem__
get()

#: all names of the folder
from . import *

#: NumPy arrays that change
a = np.zeros(4)
a[0] = 1.0
a.sort()
a.resize(3)
a[np.array([0, 1])] = jnp.arange(2.0)
b = np.zeros(3, dtype="bool")
b[0] = True
c = np.zeros(2, dtype="complex64")
c[0] = 1.0
d = np.zeros(2, dtype=ops.zeros(2).dtype)
d[0] = keras.Input((3,))
e = np.zeros(2, dtype="bfloat16")
e[0] = 1.0
@jax.jit
def place(i):
    b = np.zeros(4)
    b[0] = 1.0
    b[i] = 2.0
    return b
place(jnp.array([0, 1]))
place(1)
@jax.jit
def put(x):
    a[1] = x
    return a
put(jnp.float32(1))

#: tensors with operators that they lack
x = jnp.arange(3.0)
x.foo()
~jnp.arange(3.0)
x @= 3
x | 2
-jnp.array([True])
divmod(jnp.array([True]), 2)
round(keras.Input((3,)), 2)

#: jax
lax.custom_linear_solve(3, jnp.ones(3), 4)
jax.scipy.sparse.linalg.cg(3, jnp.ones(3))
lax.linalg.solve(3)
lax.reduce_precision(x := jnp.ones(3), -1, 5)
lax.reduce_precision(x, 3, 2.5)
lax.reduce_precision(x, 2**33, 5)
lax.bitcast_convert_type(x, "nothing")
lax.bitcast_convert_type(x, 3)
lax.bitcast_convert_type(jnp.ones(3, "int8"), jnp.int32)
lax.convert_element_type(x, "nothing")
lax.convert_element_type(x, [3])
lax.broadcasted_iota("nothing", (3,), 0)
lax.full((3,), 1, dtype="nothing")
lax.iota(3, 4)
lax.scatter(x, jnp.array([[0]]), 3, 4)
lax.scatter_apply(jnp.ones((3, 2)), jnp.array([[0]]), lambda x: x, lax.ScatterDimensionNumbers((1,), (0,), (0,)))
lax.conv_transpose_shape_tuple((1, 1, 1), (9, 1, 3), (1,), "VALID", ("NCH", "OIH", "NCH"))
lax.conv_transpose_shape_tuple((1, 1, 0), (1, 1, 1), (1,), [(-9, -9)], ("NCH", "OIH", "NCH"))
jax.nn.dot_product_attention(jnp.ones((2, 3)), jnp.ones((2, 3)), jnp.ones((2, 3)))
jax.nn.dot_product_attention(jnp.ones((1, 3, 2, 4)), jnp.ones((3,)), jnp.ones((3,)))
jax.nn.dot_product_attention(jnp.ones((3,)), jnp.ones((1, 3, 2, 4)), jnp.ones((1, 3, 2, 4)))
jax.nn.dot_product_attention(jnp.ones((1, 3, 2, 4)), jnp.ones((1, 3, 2, 4)), jnp.ones((1, 3, 2, 4)), query_seq_lengths=jnp.ones((1, 1), "int32"))
jax.nn.dot_product_attention(jnp.ones((1, 3, 2, 4)), jnp.ones((1, 1, 3, 2, 4)), jnp.ones((1, 1, 3, 2, 4)))
jax.nn.initializers.normal(1.0, "nothing")(jax.random.key(0), (3,))
jax.nn.initializers.normal(1.0)(jax.random.key(0), (3,), 3.5)
jax.nn.initializers.normal(dtype=[3])
jax.scipy.special.log_ndtr(x, 40)
jax.scipy.special.log_ndtr(x, series_order=-1)
jax.image.resize(jnp.ones((3, 3)), (2, 2), "nothing")
jax.image.resize(jnp.ones((3, 3)), (2, 2), 3)
jax.image.scale_and_translate(jnp.ones((3, 3)), (2, 2), (0, 1), jnp.ones(2), jnp.ones(2), "nearest")
lax.dot(jnp.array([True]), jnp.array([True]))
lax.dot(jnp.ones(2), jnp.ones(2), preferred_element_type="int32")
jnp.matmul(3, jnp.ones(3))
jnp.tensordot(3, 4, 1)
jnp.power(jnp.ones(3), 2**33)
lax.integer_pow(jnp.ones(3), 2**40)
jnp.ones(3) ** 2**33
jax.scipy.ndimage.map_coordinates(jnp.float32(3), [], 1)
jnp.unique(jnp.float32(3), axis=0)
jnp.unique(jnp.zeros((0, 3)), axis=0, size=2)
jnp.unique(jnp.zeros((0,)), size=2)
jnp.unique(jnp.zeros((0, 3)), axis=0, size=2, fill_value=jnp.ones(5))
jnp.einsum("->")
jnp.einsum()
jnp.ones((3,), "int8").view("int32")
jnp.ones((3, 3), "int16").view("float64")
jax.nn.one_hot(jnp.array([1]), 3, axis=5)
jax.scipy.signal.istft(jnp.ones(3))

#: keras.ops
ops.one_hot(jnp.array([1]), 3, axis=5)
ops.one_hot(jnp.array([1]), 3, axis=-9)
ops.matmul(3, 4)
ops.dot(jnp.float32(3), 4)
ops.image.resize(jnp.ones((3, 3, 3)), (2, 2), interpolation="nothing")
ops.image.crop_images(jnp.ones((3, 3, 3)), top_cropping=2, bottom_cropping=2, left_cropping=0, right_cropping=0)
ops.image.crop_images(jnp.ones((3, 3, 3)), top_cropping=5, target_height=1, left_cropping=0, right_cropping=0)
ops.overlap_sequences(jnp.ones(3), 1)
ops.istft((jnp.ones(3), jnp.ones(3)), 2, 1, 2)
ops.istft((jnp.ones((3, 0)), jnp.ones((3, 0))), 2, 1, 2)
ops.rearrange(jnp.ones((3, 3)), "a b -> b a", a="x")
ops.nn.rearrange(jnp.ones((3, 3)), "a b -> b a", a=-1)
ops.moments(jnp.ones(3), axes="x")
ops.rms_normalization(jnp.ones(3), axis="x")
ops.layer_normalization(jnp.ones(3), axis="x")
ops.map_coordinates(jnp.float32(1), [])
ops.image.map_coordinates(jnp.float32(3), jnp.zeros((0, 3)), 1)
ops.einsum("a->a")
ops.power(jnp.ones(3), 2**35)
ops.view(jnp.ones(3, "int8"), "int32")

#: keras objects
keras.Variable(print, (3,))
keras.Variable({}, (3,))
keras.Variable("nothing", shape=(3,))
layers.MultiHeadAttention(2, 3, output_shape="x")
layers.MultiHeadAttention(2, 3, output_shape=[3, "x"])
layers.MultiHeadAttention(2, 3, output_shape=[3, -1])
layers.UpSampling2D(interpolation="area")
layers.Resizing(2, 2, interpolation="area")
keras.metrics.MeanMetricWrapper(lambda a, b: b, **{3: 4})
keras.optimizers.SGD().apply([jnp.ones(3)], [keras.Variable(jnp.ones(3))])
o = keras.optimizers.SGD()
v = keras.Variable(jnp.ones(3))
w = keras.Variable(jnp.ones(3))
o.build([v])
o.apply([jnp.ones(3)], [w])

#: outputs of other inputs
a, b = keras.Input((3,)), keras.Input((3,))
model = keras.Model(a, layers.Add()([a, b]))

#: an output that is no tensor
class Odd(keras.Model):
    def call(self, x):
        return {"a": x, "b": "text"}
model = Odd()
model(jnp.ones((2, 3)))

#: an input that is no tensor
class Odd(keras.Model):
    def call(self, x):
        return x
model = Odd()
model("text")
model({"a": jnp.ones((2, 3)), "b": "text"})
model([jnp.ones((2, 3)), None])

#: adapted on two inputs
data = np.load("x.npy")
norm = layers.Normalization()
norm.adapt(data)
a, b = keras.Input((3,)), keras.Input((3,))
model = keras.Model([a, b], layers.Dense(1)(norm(a) + norm(b)))
model.compile("sgd", "mse")

#: batches of other rows than the model takes
model = keras.Sequential([keras.Input(batch_shape=(24, 4)), layers.Dense(1)])
model.compile("sgd", "mse")
data = np.load("x.npz")
model.fit(data["x"], data["y"], batch_size=16)

#: more thresholds than make sense
keras.metrics.AUC(num_thresholds=2**31)

#: a step without data
import optax
@jax.jit
def step(params, opt_state, n):
    return params * 0.9, opt_state
params = jnp.ones(3)
state = optax.sgd(0.1).init(params)
batches = np.load("x.npy")
for n in batches:
    params, state = step(params, state, len(batches))

#: a layer that returns less in training than before
class Pair(layers.Layer):
    def call(self, x, training=False):
        return x if training else (x, x)
x = keras.Input((3,))
first, second = Pair()(x)
model = keras.Model(x, layers.Dense(2)(layers.add([first, second])))
model.compile("sgd", "mse")

#: what a model is called on is no tensor
class Named(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)
    def call(self, inputs):
        return self.dense(inputs["x"])
model = Named()
model({"x": ops.zeros((4, 3)), "mask": None})
model.compile("sgd", "mse")

#: a step that predicts text
class Says(keras.Model):
    def predict_step(self, state, data):
        return "text", state[1]
x = keras.Input((3,))
model = Says(x, layers.Dense(2)(x))
model.compile("sgd", "mse")

#: metrics without targets
class Blind(keras.Model):
    def train_step(self, state, data):
        return self.compute_metrics(data[0], None, data[1]), state
x = keras.Input((3,))
model = Blind(x, layers.Dense(2)(x))
model.compile("sgd", "mse", metrics=["mae"])

#: data that are unpacked again and again
@jax.jit
def step(w, data):
    for _ in range(300):
        first, data = data
    return w, w.sum()
w = jnp.ones(3)
for batch in keras.utils.image_dataset_from_directory("images"):
    w, loss = step(w, batch)

#: products of what has no dimensions, and spectra of too few
ops.istft((jnp.ones(3), jnp.ones(3)), 4, 2, 4)
jnp.float32(1) @ jnp.ones(3)
jnp.matmul(jnp.ones((2, 3)), 2.0)
jnp.matmul(jnp.ones((2, 2)), 2.0)

#: a size that data tell, given to an older parameter
import numpy as np
rows = np.loadtxt("rows.csv", delimiter=",")
stack = keras.Sequential()
stack.add(keras.layers.Dense(4, input_dim=rows.shape[1]))

#: an argument of the command line that has no default
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("width", type=int)
keras.layers.Dense(parser.parse_args().width)

#: an argument of the command line that is told --value width=ten
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("width", type=int)
keras.layers.Dense(parser.parse_args().width)

#: a program that ends itself with a reason
import argparse
parser = argparse.ArgumentParser(prog="train")
parser.add_argument("--norm", choices=["batch", "layer"])
parser.parse_args(["--norm", "none"])

#: a program that ends itself
exit("no data")
