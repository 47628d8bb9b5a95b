import jax
import jax.numpy as jnp
import keras
from jax import lax
from keras import layers, ops

#: Python
a, *b, c = [1]
f = locals
f()
g = vars
g()
class E(list):
    def f(self):
        return super().__getitem__()
E().f()
class NoNext:
    def __iter__(self):
        return self
iter(NoNext())
for x in NoNext():
    pass
keras.Input((3,)) << 1
keras.Input((3,)) and 1
format(3, "zz")
format(3, "<<<<")
import functools, operator
functools.wraps(3)(4)
functools.lru_cache()(4)
functools.singledispatch(4)
operator.attrgetter(3)
operator.itemgetter()
register = jax.tree_util.register_dataclass
register(3)
classmethod(3)
staticmethod(3)
jnp.array(2) ** 10 ** 20
2.0 ** jnp.array("a")

#: NumPy arrays that change
import numpy as np
a = np.zeros((3, 4))
a[0] = 1
a[None] = 2
a[0] = object
a[0] = len
a[{}] = 3
b = np.array(["a", "b"])
b[0] = "c"
c = np.zeros(3, dtype=object)
c[0] = 1

#: types of elements
x = jnp.ones((3, 4))
lax.convert_element_type(1.0, 3)
lax.bitcast_convert_type(1.0, 3)
lax.iota(3, 3)
lax.full((3,), 1.0, 3)
lax.reduce_precision(1.0, 3.5, 3)
lax.reduce_precision(1.0, -1, 3)
lax.integer_pow(2.0, "x")
lax.integer_pow(2.0, 2 ** 40)
jax.nn.initializers.normal()(jax.random.key(0), (3,), 3)
jax.nn.initializers.normal(dtype=3)
jax.nn.one_hot(jnp.ones(3), 3, dtype=3)
lax.conv_general_dilated(jnp.ones((1, 3, 8, 8), dtype=int), jnp.ones((4, 3, 3, 3), dtype=int), (1, 1), "SAME", preferred_element_type="int8")
lax.dot(x, x.T, preferred_element_type="int8")
lax.conv_general_dilated(jnp.ones((1, 3, 8, 8)), jnp.ones((4, 3, 3, 3)), (1, 1), "SAME", lhs_dilation=(2, 2))
lax.scatter_apply(x, jnp.array([[0]]), lambda v: v, lax.ScatterDimensionNumbers((1,), (0,), (0,)), update_shape=3.5)

#: more of jax.numpy
jnp.matmul(jnp.ones(()), jnp.ones(3))
jnp.ones(()) @ jnp.ones(3)
jnp.unravel_index(3, ())
jnp.unique(jnp.ones(()), axis=0, size=3)
jnp.einsum("", 1)
jnp.einsum("->")
jnp.linalg.cond(jnp.ones((2, 2)), p="x")
jnp.histogramdd(jnp.ones((0, 0)))
jax.scipy.special.bernoulli(99)
jax.scipy.special.bernoulli("x")
jax.scipy.linalg.toeplitz("x")
jax.scipy.linalg.block_diag()
jax.scipy.signal.istft(jnp.ones((2, 2)), nperseg=0)
jax.scipy.signal.stft(jnp.ones(3), nperseg=0)
jax.image.resize(jnp.ones((4, 4)), (8, 8), 3)
jax.image.scale_and_translate(jnp.ones((4, 4)), (8, 8), (0, 1), jnp.ones(2), jnp.zeros(2), 3)
jnp.ravel_multi_index((), ())
jax.nn.dot_product_attention(jnp.ones((2, 5, 4, 8)), jnp.ones((2, 5, 4, 8)), jnp.ones((5, 4, 8)))
jax.nn.dot_product_attention(jnp.ones((5, 4, 8)), jnp.ones((8,)), jnp.ones((5, 4, 8)))
jax.nn.dot_product_attention(jnp.ones((2, 5, 4, 8)), jnp.ones((2, 5, 4, 8)), jnp.ones((2, 5, 4, 8)), bias=jnp.ones((5, 5)))

#: more of Keras
layers.MultiHeadAttention(2, 4, output_shape="x")(keras.Input((5, 6)), keras.Input((5, 6)))
layers.MultiHeadAttention(2, 4, output_shape=("x",))(keras.Input((5, 6)), keras.Input((5, 6)))
layers.UpSampling2D(2, interpolation=3)
layers.Resizing(3, 3, interpolation=3)
layers.EinsumDense("abc,cd->abe", 4)(keras.Input((5, 6)))
layers.EinsumDense("abc,cde->abe", (None, 4))(keras.Input((None, 6)))
layers.Bidirectional(layers.RNN(layers.LSTMCell(3)))(keras.Input((5, 3)))
layers.Bidirectional(layers.ConvLSTM2D(3, 3))
layers.Bidirectional(layers.TimeDistributed(layers.Dense(3)))
ops.image.rgb_to_hsv(jnp.ones((2, 8, 8, 4)))
ops.image.pad_images(jnp.ones((2, 8, 8, 3)), 0, 0, target_height=4, target_width=9)
ops.image.crop_images(jnp.ones((2, 8, 8, 3)), 4, 0, target_height=9, target_width=9)
ops.softmax(jnp.ones((2, 3)), axis="x")
ops.moments(jnp.ones((2, 3)), axes="x")
ops.one_hot(jnp.ones((), dtype=int), 4, axis=3)
ops.multi_hot(jnp.ones((2, 3), dtype=int), 4, axis=9)
ops.sparse_categorical_crossentropy(jnp.ones((2,), dtype=int), jnp.ones((2, 3)), axis=9)
ops.view(jnp.ones((2, 3), dtype="int8"), "int32")
ops.stft(jnp.ones(()), 4, 2, 4)
ops.stft(jnp.ones(8), 0, 2, 4)
ops.istft((jnp.ones(3), jnp.ones(3)), 4, 2, 4)
keras.random.normal((2,), seed=[1])
keras.random.normal((2,), seed=2.5)
keras.random.dropout(jnp.ones(3), 0.5, noise_shape=3)
keras.random.dropout(jnp.ones(3), 0.5, noise_shape=("x",))
keras.random.gamma((3,), 1.0, dtype="int32")
keras.random.beta((3,), 1.0, 2.0, dtype="int32")
keras.Variable(object)
keras.Variable({})
keras.optimizers.AdamW().exclude_from_weight_decay(var_names=["a", 3])
keras.optimizers.SGD(0.1).learning_rate = "x"
optimizer = keras.optimizers.SGD(0.1)
optimizer.learning_rate = [1]
optimizer.learning_rate = None
keras.metrics.MeanMetricWrapper(lambda y, p: p, **{"a": 1})
keras.metrics.MeanMetricWrapper(3)

#: cells of recurrent layers
class Cell(layers.Layer):
    def __init__(self):
        super().__init__()
        self.state_size = 3
    def call(self, x, states):
        return x
class Odd(layers.Layer):
    def __init__(self):
        super().__init__()
        self.state_size = "wide"
    def call(self, x, states):
        return x, states
layers.RNN(Cell())(keras.Input((5, 3)))
layers.RNN(Odd())(keras.Input((5, 3)))
layers.RNN([layers.LSTMCell(3), Cell()])(keras.Input((5, 3)))
layers.StackedRNNCells([Cell(), Cell()])(jnp.ones((2, 3)), [jnp.ones((2, 3)), jnp.ones((2, 3))])

#: a model of outputs that are numbers
class Numbers(keras.Model):
    def call(self, x):
        return 3
numbers = Numbers()
numbers(jnp.ones((2, 3)))

#: a model that takes numbers
class Numbers(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
    def call(self, x, factor):
        return self.dense(x) * factor
numbers = Numbers()
numbers(jnp.ones((2, 3)), factor=2.0)
numbers(2.0)

#: a step that changes a variable which nothing returns
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
@jax.jit
def step(w, x):
    model.trainable_variables[0].assign(jnp.ones((3, 1)))
    return w - jnp.sum(model(x)), 0.0
w = jnp.zeros(())
for x in open("data"):
    w, loss = step(w, x)

#: a layer adapted to data of the run beside a step
import numpy as np
norm = layers.Normalization()
norm.adapt(np.load("x.npy"))
model = keras.Sequential([keras.Input((3,)), norm, layers.Dense(1)])
@jax.jit
def step(w, x):
    loss = jnp.mean(model(x) * w)
    return w - loss, loss
w = jnp.zeros(())
for x in open("data"):
    w, loss = step(w, x)


#: operators of Python that take functions
import functools, operator
class A:
    @property
    def x(self):
        return 1
A.x.setter()
class E(dict):
    def f(self):
        return super().__getitem__()
E().f()
operator.attrgetter(3)(4)
operator.itemgetter()(3)
functools.lru_cache()()
functools.wraps(len)()
jax.tree_util.register_dataclass(data_fields=[], meta_fields=[])()
functools.partial(jax.tree_util.register_dataclass, data_fields=[], meta_fields=[])()
f = jax.custom_jvp(lambda x, **k: x)
f.defjvp(lambda p, t: (p[0], t[0]))
jax.jvp(lambda x: f(x, z=2.0), (1.0,), (1.0,))
jax.scipy.special.bernoulli(-3)
keras.random.normal((2,), seed=layers.Dense(3))
keras.random.uniform((2,), dtype="int32")
keras.Variable(keras.Input((3,)))
keras.optimizers.SGD(layers.Dense(3))
1 in keras.Input((3,))
keras.Input((3,)) % "a"

#: a metric that gives a row
class Rows(keras.metrics.Metric):
    def __init__(self):
        super().__init__(name="rows")
        self.seen = self.add_variable(shape=(3,), initializer="zeros")
    def update_state(self, y, p, sample_weight=None):
        self.seen.assign(jnp.ones(3))
    def result(self):
        return self.seen.value
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile(loss="mse", metrics=[Rows()])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a loss of rows that is not reduced
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile(loss=keras.losses.MeanSquaredError(reduction="none"))
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: settings that are fixed
keras.optimizers.LossScaleOptimizer("sgd", dynamic=False)
keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), dynamic=False)
keras.config.set_epsilon(1e-5)
keras.config.set_image_data_format("channels_first")
keras.config.set_floatx("float16")
keras.backend.set_floatx("float64")
