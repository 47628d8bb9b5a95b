"""jax.example_libraries.stax: layers as pairs of functions, one that makes parameters and one that applies them."""
import functools
import math

import jax
import jax.numpy as jnp
from jax import lax, random
from jax.nn import elu, gelu, leaky_relu, log_softmax, relu, selu, sigmoid, softmax, softplus, standardize
from jax.nn.initializers import glorot_normal, normal, ones, zeros

randn = normal
logsoftmax = log_softmax


def _result_shape(function, *shapes):
    """The shape of a function's result; a first size that is not known is passed through."""
    first = shapes[0][0]
    known = ((1 if first < 0 else first,) + tuple(shapes[0][1:]),) + shapes[1:]
    shape = jax.eval_shape(function, *[jax.ShapeDtypeStruct(tuple(shape), jnp.float32) for shape in known]).shape
    return ((first,) + tuple(shape[1:])) if first < 0 else shape


def Dense(out_dim, W_init=glorot_normal(), b_init=normal()):
    def init_fun(rng, input_shape):
        first, second = random.split(rng)
        weights = W_init(first, (input_shape[-1], out_dim))
        return tuple(input_shape[:-1]) + (out_dim,), (weights, b_init(second, (out_dim,)))

    def apply_fun(params, inputs, **kwargs):
        weights, bias = params
        return jnp.dot(inputs, weights) + bias

    return init_fun, apply_fun


def _convolution(convolve, dimension_numbers, out_chan, filter_shape, strides, W_init, b_init):
    lhs, rhs, out = dimension_numbers
    strides = strides or (1,) * len(filter_shape)
    W_init = W_init or glorot_normal(rhs.index("I"), rhs.index("O"))

    def init_fun(rng, input_shape):
        sizes = iter(filter_shape)
        named = {"O": out_chan, "I": input_shape[lhs.index("C")]}
        kernel = tuple(named[axis] if axis in named else next(sizes) for axis in rhs)
        first, second = random.split(rng)
        weights = W_init(first, kernel)
        bias = b_init(second, tuple(out_chan if axis == "C" else 1 for axis in out))
        shape = _result_shape(lambda x, w: convolve(x, w, strides), tuple(input_shape), kernel)
        return shape, (weights, bias)

    def apply_fun(params, inputs, **kwargs):
        weights, bias = params
        return convolve(inputs, weights, strides) + bias

    return init_fun, apply_fun


def GeneralConv(
    dimension_numbers, out_chan, filter_shape, strides=None, padding="VALID", W_init=None, b_init=normal(1e-6)
):
    def convolve(inputs, weights, strides):
        return lax.conv_general_dilated(inputs, weights, strides, padding, dimension_numbers=dimension_numbers)

    return _convolution(convolve, dimension_numbers, out_chan, filter_shape, strides, W_init, b_init)


def GeneralConvTranspose(
    dimension_numbers, out_chan, filter_shape, strides=None, padding="VALID", W_init=None, b_init=normal(1e-6)
):
    def convolve(inputs, weights, strides):
        return lax.conv_transpose(inputs, weights, strides, padding, dimension_numbers=dimension_numbers)

    return _convolution(convolve, dimension_numbers, out_chan, filter_shape, strides, W_init, b_init)


Conv = functools.partial(GeneralConv, ("NHWC", "HWIO", "NHWC"))
ConvTranspose = functools.partial(GeneralConvTranspose, ("NHWC", "HWIO", "NHWC"))
Conv1DTranspose = functools.partial(GeneralConvTranspose, ("NHC", "HIO", "NHC"))


def BatchNorm(axis=(0, 1, 2), epsilon=1e-5, center=True, scale=True, beta_init=zeros, gamma_init=ones):
    axis = (axis,) if isinstance(axis, int) else axis

    def init_fun(rng, input_shape):
        shape = tuple(size for i, size in enumerate(input_shape) if i not in axis)
        first, second = random.split(rng)
        beta = beta_init(first, shape) if center else ()
        return input_shape, (beta, gamma_init(second, shape) if scale else ())

    def apply_fun(params, x, **kwargs):
        beta, gamma = params
        places = tuple(None if i in axis else slice(None) for i in range(jnp.ndim(x)))
        z = standardize(x, axis, epsilon=epsilon)
        z = gamma[places] * z if scale else z
        return z + beta[places] if center else z

    return init_fun, apply_fun


def elementwise(fun, **fun_kwargs):
    return (lambda rng, input_shape: (input_shape, ())), (lambda params, inputs, **kwargs: fun(inputs, **fun_kwargs))


Tanh = elementwise(jnp.tanh)
Relu = elementwise(relu)
Exp = elementwise(jnp.exp)
LogSoftmax = elementwise(log_softmax, axis=-1)
Softmax = elementwise(softmax, axis=-1)
Softplus = elementwise(softplus)
Sigmoid = elementwise(sigmoid)
Elu = elementwise(elu)
LeakyRelu = elementwise(leaky_relu)
Selu = elementwise(selu)
Gelu = elementwise(gelu)


def _pooling(reducer, start, mean, window_shape, strides, padding, spec):
    fixed = (0, len(window_shape) + 1) if spec is None else (spec.index("N"), spec.index("C"))
    window, steps = tuple(window_shape), tuple(strides or (1,) * len(window_shape))
    for i in sorted(fixed):
        window = window[:i] + (1,) + window[i:]
        steps = steps[:i] + (1,) + steps[i:]

    def reduce(inputs):
        return lax.reduce_window(inputs, start, reducer, window, steps, padding)

    def init_fun(rng, input_shape):
        return _result_shape(reduce, tuple(input_shape)), ()

    def apply_fun(params, inputs, **kwargs):
        if not mean:
            return reduce(inputs)
        # How many elements each window has, at the edges too.
        return reduce(inputs) / reduce(jnp.ones_like(inputs))

    return init_fun, apply_fun


def MaxPool(window_shape, strides=None, padding="VALID", spec=None):
    return _pooling(lax.max, -jnp.inf, False, window_shape, strides, padding, spec)


def SumPool(window_shape, strides=None, padding="VALID", spec=None):
    return _pooling(lax.add, 0.0, False, window_shape, strides, padding, spec)


def AvgPool(window_shape, strides=None, padding="VALID", spec=None):
    return _pooling(lax.add, 0.0, True, window_shape, strides, padding, spec)


Flatten = (
    lambda rng, input_shape: ((input_shape[0], math.prod(input_shape[1:])), ()),
    lambda params, inputs, **kwargs: jnp.reshape(inputs, (inputs.shape[0], -1)),
)
Identity = (lambda rng, input_shape: (input_shape, ())), (lambda params, inputs, **kwargs: inputs)
FanInSum = (lambda rng, input_shape: (input_shape[0], ())), (lambda params, inputs, **kwargs: sum(inputs))


def FanOut(num):
    return (lambda rng, input_shape: ([input_shape] * num, ())), (lambda params, inputs, **kwargs: [inputs] * num)


def FanInConcat(axis=-1):
    def init_fun(rng, input_shape):
        at = axis % len(input_shape[0])
        joined = sum(shape[at] for shape in input_shape)
        return tuple(input_shape[0][:at]) + (joined,) + tuple(input_shape[0][at + 1 :]), ()

    return init_fun, (lambda params, inputs, **kwargs: jnp.concatenate(inputs, axis))


def Dropout(rate, mode="train"):
    def apply_fun(params, inputs, **kwargs):
        rng = kwargs.get("rng")
        if rng is None:
            raise ValueError(
                "Dropout layer requires apply_fun to be called with a PRNG key argument. That is, instead of "
                "`apply_fun(params, inputs)`, call it like `apply_fun(params, inputs, rng)` where `rng` is a PRNG key "
                "(e.g. from `jax.random.key`)."
            )
        if mode != "train":
            return inputs
        return jnp.where(random.bernoulli(rng, rate, inputs.shape), inputs / rate, 0)

    return (lambda rng, input_shape: (input_shape, ())), apply_fun


def _keys(kwargs, count):
    rng = kwargs.pop("rng", None)
    return (None,) * count if rng is None else random.split(rng, count)


def serial(*layers):
    def init_fun(rng, input_shape):
        params = []
        for init, _ in layers:
            rng, key = random.split(rng)
            input_shape, own = init(key, input_shape)
            params.append(own)
        return input_shape, params

    def apply_fun(params, inputs, **kwargs):
        keys = _keys(kwargs, len(layers))
        for (_, apply), own, key in zip(layers, params, keys):
            inputs = apply(own, inputs, rng=key, **kwargs)
        return inputs

    return init_fun, apply_fun


def parallel(*layers):
    def init_fun(rng, input_shape):
        keys = random.split(rng, len(layers))
        made = [init(key, shape) for (init, _), key, shape in zip(layers, keys, input_shape)]
        return tuple(shape for shape, _ in made), tuple(own for _, own in made)

    def apply_fun(params, inputs, **kwargs):
        keys = _keys(kwargs, len(layers))
        parts = zip(layers, params, inputs, keys)
        return [apply(own, x, rng=key, **kwargs) for (_, apply), own, x, key in parts]

    return init_fun, apply_fun


def shape_dependent(make_layer):
    def init_fun(rng, input_shape):
        return make_layer(input_shape)[0](rng, input_shape)

    def apply_fun(params, inputs, **kwargs):
        return make_layer(inputs.shape)[1](params, inputs, **kwargs)

    return init_fun, apply_fun
