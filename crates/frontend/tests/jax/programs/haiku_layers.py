"""Haiku's convolutions, norms, cores and networks: names, values, outputs, gradients, state."""
import haiku as hk
import jax
import jax.numpy as jnp

key = jax.random.PRNGKey(3)


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


def names(tree):
    return " ".join(f"{module}:{name}{leaf.shape}" for module, entries in tree.items() for name, leaf in entries.items())


def transposed(x):
    a = hk.Conv2DTranspose(3, kernel_shape=3, stride=2)(x)
    b = hk.Conv2DTranspose(2, kernel_shape=(2, 3), stride=2, padding="VALID", with_bias=False)(x)
    c = hk.Conv2DTranspose(2, kernel_shape=3, stride=2, output_shape=(7, 8), name="sized")(x)
    d = hk.Conv1DTranspose(2, kernel_shape=4, stride=3)(x[:, 0])
    e = hk.Conv2DTranspose(2, kernel_shape=2, data_format="NCHW")(jnp.moveaxis(x, -1, 1))
    return a, b, c, d, e, hk.Conv3DTranspose(1, kernel_shape=2)(x[None])


def depthwise(x):
    a = hk.DepthwiseConv2D(2, kernel_shape=3, stride=2)(x)
    b = hk.SeparableDepthwiseConv2D(2, kernel_shape=(3, 2), w_init=hk.initializers.RandomNormal())(x)
    c = hk.DepthwiseConv1D(1, kernel_shape=2, padding="VALID")(x[:, 0])
    return a, b, c, hk.Conv1D(3, kernel_shape=3, rate=2, padding=hk.pad.causal)(x[:, 0])


def channels_first(x):
    x = hk.Conv2D(4, kernel_shape=2, data_format="NCHW")(x)
    x = hk.GroupNorm(2, data_format="NCHW")(x)
    return hk.InstanceNorm(True, True, data_format="channels_first")(x)


def norms(x):
    y = hk.GroupNorm(2, scale_init=hk.initializers.RandomNormal())(x)
    z = hk.InstanceNorm(create_scale=True, create_offset=False)(x)
    w = hk.GroupNorm(1, axis=(1, 2), create_offset=False)(x)
    return y, z, w, hk.LayerNorm(axis=slice(1, None), create_scale=True, create_offset=True, param_axis=-1)(x)


def spectral(x):
    w = hk.get_parameter("w", [4, 3], init=hk.initializers.RandomNormal())
    norm = hk.SpectralNorm(n_steps=2)
    y = x @ norm(w)
    tree = {"a/b": {"w": w * 2}, "c/~/d": {"w": w + 1}}
    return y, norm.sigma, hk.SNParamsTree()(tree)


def averaged(x):
    tree = {"a/b": {"w": x, "b": x[0]}, "~/d": {"w": x + 1}}
    return hk.EMAParamsTree(0.9)(tree), hk.ExponentialMovingAverage(0.5, False, 2)(x)


def recurrent(x):
    core = hk.DeepRNN([hk.LSTM(3), jax.nn.relu, hk.VanillaRNN(2)])
    y, state = hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))
    skipping = hk.deep_rnn_with_skip_connections([hk.GRU(2), hk.LSTM(2)])
    z, last = hk.static_unroll(skipping, x, skipping.initial_state(x.shape[1]))
    reset = hk.ResetCore(hk.GRU(3))
    resets = jnp.array([[True, False], [False, False], [False, True]])
    w, _ = hk.dynamic_unroll(reset, (x, resets), reset.initial_state(2), reverse=True, return_all_states=True)
    return y, state, z, last, w


def convolutional(x):
    core = hk.Conv2DLSTM(input_shape=(3, 3), output_channels=2, kernel_shape=2)
    return hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))


def applied(x):
    y = hk.BatchApply(hk.Linear(2))(x)
    z = hk.expand_apply(hk.Linear(2, name="expanded"))(x[0, 0])
    return y, z, hk.Reshape((-1, 2))(x), hk.Flatten(preserve_dims=2)(x), hk.Bias()(x)


def quantized(x):
    fixed = hk.nets.VectorQuantizer(4, 3, commitment_cost=0.25)(x, is_training=True)
    moving = hk.nets.VectorQuantizerEMA(4, 3, commitment_cost=0.25, decay=0.9)(x, is_training=True)
    return fixed["quantize"], fixed["loss"], fixed["perplexity"], moving["quantize"], moving["loss"]


def residual_net(version):
    def net(x):
        bottleneck = version == 1
        config = {"output_channels": 4, "kernel_shape": 3}
        logits = {"w_init": hk.initializers.RandomNormal(0.1)}
        net = hk.nets.ResNet(
            (1, 1, 1, 1), 3, {"decay_rate": 0.8}, version == 2, bottleneck, (4, 4, 8, 8),
            (bottleneck, True, True, True), logits, initial_conv_config=config,
        )
        return net(x, is_training=True)

    return net


def mobile_net(x):
    net = hk.nets.MobileNetV1(strides=(1, 2), channels=(4, 8), num_classes=3)
    return net(x, is_training=True)


functions = {
    "transposed": (transposed, wave(2, 4, 4, 2)),
    "depthwise": (depthwise, wave(2, 5, 5, 3)),
    "channels_first": (channels_first, wave(2, 3, 4, 4)),
    "norms": (norms, wave(2, 3, 3, 4)),
    "spectral": (spectral, wave(2, 4)),
    "averaged": (averaged, wave(2, 3)),
    "recurrent": (recurrent, wave(3, 2, 4)),
    "convolutional": (convolutional, wave(2, 1, 3, 3, 2)),
    "applied": (applied, wave(2, 3, 4)),
    "quantized": (quantized, wave(5, 4)),
    "residual_net_1": (residual_net(1), wave(2, 16, 16, 2)),
    "residual_net_2": (residual_net(2), wave(2, 16, 16, 2)),
    "mobile_net": (mobile_net, wave(2, 8, 8, 2)),
}


def in_short(tree):
    """Sums of what has many values."""
    return [jnp.sum(x * wave(*x.shape)) if x.size > 12 else x for x in jax.tree.leaves(tree)]


def function_case(f, x):
    def run():
        f_ = hk.transform_with_state(f)
        params, state = f_.init(key, x)
        y, state_after = f_.apply(params, state, jax.random.fold_in(key, 1), x)

        def loss(params):
            y = f_.apply(params, state, jax.random.fold_in(key, 1), x)[0]
            return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(y))

        return in_short((params, state, y, state_after, jax.grad(loss)(params)))

    return run


cases = {name: function_case(f, x) for name, (f, x) in functions.items()}
made = {name: jax.eval_shape(hk.transform_with_state(f).init, key, x) for name, (f, x) in functions.items()}
texts = {name: names(params) for name, (params, _) in made.items()}
texts.update({name + "_state": names(state) for name, (_, state) in made.items()})
