"""hk.nets: networks."""
import haiku as hk
import jax
import jax.numpy as jnp


class MLP(hk.Module):
    def __init__(
        self, output_sizes, w_init=None, b_init=None, with_bias=True, activation=jax.nn.relu, activate_final=False,
        name=None,
    ):
        super().__init__(name=name)
        sizes = tuple(output_sizes)
        self.activation, self.activate_final = activation, activate_final
        self.layers = tuple(
            hk.Linear(size, w_init=w_init, b_init=b_init, with_bias=with_bias, name=f"linear_{i}")
            for i, size in enumerate(sizes)
        )
        self.output_size = sizes[-1] if sizes else None

    def __call__(self, inputs, dropout_rate=None, rng=None):
        if (dropout_rate is None) != (rng is None):
            raise ValueError("When using dropout an rng key must be passed.")
        keys = None if rng is None else hk.PRNGSequence(rng)
        for i, layer in enumerate(self.layers):
            inputs = layer(inputs)
            if i < len(self.layers) - 1 or self.activate_final:
                if dropout_rate is not None:
                    inputs = hk.dropout(next(keys), dropout_rate, inputs)
                inputs = self.activation(inputs)
        return inputs


def _with_defaults(given, **defaults):
    return {**defaults, **(given or {})}


class _ResNetBlock(hk.Module):
    def __init__(self, channels, stride, use_projection, bn_config, bottleneck, name=None):
        super().__init__(name=name)
        self.use_projection = use_projection
        bn = _with_defaults(bn_config, create_scale=True, create_offset=True)
        if self.decays:
            bn = _with_defaults(bn, decay_rate=0.999)
        if use_projection:
            self.proj_conv = self._conv(channels, 1, stride, "shortcut_conv")
            if self.normalizes_shortcut:
                self.proj_batchnorm = hk.BatchNorm(name="shortcut_batchnorm", **bn)
        inner = channels // (4 if bottleneck else 1)
        layers = [(inner, 1, 1), (inner, 3, stride), (channels, 1, 1)]
        if not bottleneck:
            layers = [(inner, 3, stride), (inner, 3, 1)]
        self.layers = []
        for i, (size, kernel, step) in enumerate(layers):
            conv = self._conv(size, kernel, step, f"conv_{i}")
            last = dict(scale_init=jnp.zeros) if i == 2 else {}
            self.layers.append((conv, hk.BatchNorm(name=f"batchnorm_{i}", **last, **bn)))

    @hk.transparent
    def _conv(self, channels, kernel, stride, name):
        return hk.Conv2D(channels, kernel, stride=stride, with_bias=False, padding="SAME", name=name)


class _BlockV1(_ResNetBlock):
    decays = normalizes_shortcut = True

    def __call__(self, inputs, is_training, test_local_stats):
        out = shortcut = inputs
        if self.use_projection:
            shortcut = self.proj_batchnorm(self.proj_conv(shortcut), is_training, test_local_stats)
        for i, (conv, norm) in enumerate(self.layers):
            out = norm(conv(out), is_training, test_local_stats)
            if i < len(self.layers) - 1:
                out = jax.nn.relu(out)
        return jax.nn.relu(out + shortcut)


class _BlockV2(_ResNetBlock):
    decays = normalizes_shortcut = False

    def __call__(self, inputs, is_training, test_local_stats):
        x = shortcut = inputs
        for i, (conv, norm) in enumerate(self.layers):
            x = jax.nn.relu(norm(x, is_training, test_local_stats))
            if i == 0 and self.use_projection:
                shortcut = self.proj_conv(x)
            x = conv(x)
        return x + shortcut


class _BlockGroup(hk.Module):
    def __init__(self, channels, num_blocks, stride, bn_config, resnet_v2, bottleneck, use_projection, name=None):
        super().__init__(name=name)
        block = _BlockV2 if resnet_v2 else _BlockV1
        self.blocks = [
            block(channels, 1 if i else stride, i == 0 and use_projection, bn_config, bottleneck, name=f"block_{i}")
            for i in range(num_blocks)
        ]

    def __call__(self, inputs, is_training, test_local_stats):
        for block in self.blocks:
            inputs = block(inputs, is_training, test_local_stats)
        return inputs


class ResNet(hk.Module):
    def __init__(
        self, blocks_per_group, num_classes, bn_config=None, resnet_v2=False, bottleneck=True,
        channels_per_group=(256, 512, 1024, 2048), use_projection=(True, True, True, True), logits_config=None,
        name=None, initial_conv_config=None, strides=(1, 2, 2, 2),
    ):
        super().__init__(name=name)
        self.resnet_v2 = resnet_v2
        bn = _with_defaults(bn_config, decay_rate=0.9, eps=1e-5, create_scale=True, create_offset=True)
        for given, what in (
            (blocks_per_group, "blocks_per_group"), (channels_per_group, "channels_per_group"), (strides, "strides")
        ):
            if len(given) != 4:
                raise ValueError(f"`{what}` must be of length 4 not {len(given)}")
        self.initial_conv = hk.Conv2D(**_with_defaults(
            initial_conv_config, output_channels=64, kernel_shape=7, stride=2, with_bias=False, padding="SAME",
            name="initial_conv",
        ))
        if not resnet_v2:
            self.initial_batchnorm = hk.BatchNorm(name="initial_batchnorm", **bn)
        self.block_groups = []
        for i, stride in enumerate(strides):
            self.block_groups.append(_BlockGroup(
                channels_per_group[i], blocks_per_group[i], stride, bn, resnet_v2, bottleneck, use_projection[i],
                name=f"block_group_{i}",
            ))
        if resnet_v2:
            self.final_batchnorm = hk.BatchNorm(name="final_batchnorm", **bn)
        self.logits = hk.Linear(num_classes, **_with_defaults(logits_config, w_init=jnp.zeros, name="logits"))

    def __call__(self, inputs, is_training, test_local_stats=False):
        out = self.initial_conv(inputs)
        if not self.resnet_v2:
            out = jax.nn.relu(self.initial_batchnorm(out, is_training, test_local_stats))
        out = hk.max_pool(out, window_shape=(1, 3, 3, 1), strides=(1, 2, 2, 1), padding="SAME")
        for group in self.block_groups:
            out = group(out, is_training, test_local_stats)
        if self.resnet_v2:
            out = jax.nn.relu(self.final_batchnorm(out, is_training, test_local_stats))
        return self.logits(jnp.mean(out, axis=(1, 2)))


def _resnet(depth, blocks, bottleneck):
    class Sized(ResNet):
        def __init__(
            self, num_classes, bn_config=None, resnet_v2=False, logits_config=None, name=None,
            initial_conv_config=None, strides=(1, 2, 2, 2),
        ):
            super().__init__(
                blocks, num_classes, bn_config=bn_config, resnet_v2=resnet_v2, bottleneck=bottleneck,
                channels_per_group=(256, 512, 1024, 2048) if bottleneck else (64, 128, 256, 512),
                use_projection=(bottleneck, True, True, True), logits_config=logits_config,
                name=f"res_net{depth}" if name is None else name, initial_conv_config=initial_conv_config,
                strides=strides,
            )

    return Sized


ResNet18, ResNet34 = _resnet(18, (2, 2, 2, 2), False), _resnet(34, (3, 4, 6, 3), False)
ResNet50, ResNet101 = _resnet(50, (3, 4, 6, 3), True), _resnet(101, (3, 4, 23, 3), True)
ResNet152, ResNet200 = _resnet(152, (3, 8, 36, 3), True), _resnet(200, (3, 24, 36, 3), True)


class MobileNetV1Block(hk.Module):
    def __init__(self, channels, stride, use_bn=True, name=None):
        super().__init__(name=name)
        self.channels, self.stride, self.use_bn = channels, stride, use_bn

    def __call__(self, inputs, is_training):
        depthwise = hk.DepthwiseConv2D(
            1, 3, stride=self.stride, padding=((1, 1), (1, 1)), with_bias=not self.use_bn, name="depthwise_conv"
        )
        pointwise = hk.Conv2D(
            self.channels, (1, 1), stride=1, padding="VALID", with_bias=not self.use_bn, name="pointwise_conv"
        )
        return _normed(self.use_bn, pointwise(_normed(self.use_bn, depthwise(inputs), is_training)), is_training)


def _normed(use_bn, x, is_training):
    x = hk.BatchNorm(create_scale=True, create_offset=True, decay_rate=0.999)(x, is_training) if use_bn else x
    return jax.nn.relu(x)


class MobileNetV1(hk.Module):
    def __init__(
        self, strides=(1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1),
        channels=(64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024), num_classes=1000, use_bn=True,
        name=None,
    ):
        super().__init__(name=name)
        if len(strides) != len(channels):
            raise ValueError("`strides` and `channels` must have the same length.")
        self.strides, self.channels, self.num_classes, self.use_bn = strides, channels, num_classes, use_bn

    def __call__(self, inputs, is_training):
        conv = hk.Conv2D(32, (3, 3), stride=2, padding="VALID", with_bias=not self.use_bn)
        out = _normed(self.use_bn, conv(inputs), is_training)
        for channels, stride in zip(self.channels, self.strides):
            out = MobileNetV1Block(channels, stride, self.use_bn)(out, is_training)
        return hk.Linear(self.num_classes, name="logits")(hk.Flatten()(jnp.mean(out, axis=(1, 2))))


class _Quantizer(hk.Module):
    def __init__(self, embedding_dim, num_embeddings, commitment_cost, dtype, cross_replica_axis, name):
        super().__init__(name=name)
        self.embedding_dim, self.num_embeddings = embedding_dim, num_embeddings
        self.commitment_cost, self.cross_replica_axis = commitment_cost, cross_replica_axis
        self.shape, self.dtype = [embedding_dim, num_embeddings], dtype

    def quantize(self, encoding_indices):
        return self.embeddings.swapaxes(1, 0)[(encoding_indices,)]

    @hk.transparent
    def _nearest(self, flat, embeddings):
        square = lambda x, axis: jnp.sum(jnp.square(x), axis, keepdims=True)
        distances = square(flat, 1) - 2 * jnp.matmul(flat, embeddings) + square(embeddings, 0)
        indices = jnp.argmax(-distances, 1)
        return distances, indices, jax.nn.one_hot(indices, self.num_embeddings, dtype=distances.dtype)

    @hk.transparent
    def _result(self, inputs, quantized, loss, distances, indices, encodings):
        quantized = inputs + jax.lax.stop_gradient(quantized - inputs)
        chances = jnp.mean(encodings, 0)
        if self.cross_replica_axis:
            chances = jax.lax.pmean(chances, axis_name=self.cross_replica_axis)
        return {
            "quantize": quantized,
            "loss": loss,
            "perplexity": jnp.exp(-jnp.sum(chances * jnp.log(chances + 1e-10))),
            "encodings": encodings,
            "encoding_indices": indices,
            "distances": distances,
        }


class VectorQuantizer(_Quantizer):
    def __init__(
        self, embedding_dim, num_embeddings, commitment_cost, dtype=jnp.float32, name=None, cross_replica_axis=None
    ):
        super().__init__(embedding_dim, num_embeddings, commitment_cost, dtype, cross_replica_axis, name)

    @property
    def embeddings(self):
        init = hk.initializers.VarianceScaling(distribution="uniform")
        return hk.get_parameter("embeddings", self.shape, self.dtype, init=init)

    def __call__(self, inputs, is_training):
        flat = jnp.reshape(inputs, [-1, self.embedding_dim])
        distances, indices, encodings = self._nearest(flat, self.embeddings)
        indices = jnp.reshape(indices, inputs.shape[:-1])
        quantized = self.quantize(indices)
        stopped = jax.lax.stop_gradient
        of_inputs = jnp.mean(jnp.square(stopped(quantized) - inputs))
        loss = jnp.mean(jnp.square(quantized - stopped(inputs))) + self.commitment_cost * of_inputs
        return self._result(inputs, quantized, loss, distances, indices, encodings)


class VectorQuantizerEMA(_Quantizer):
    def __init__(
        self, embedding_dim, num_embeddings, commitment_cost, decay, epsilon=1e-5, dtype=jnp.float32,
        cross_replica_axis=None, name=None,
    ):
        super().__init__(embedding_dim, num_embeddings, commitment_cost, dtype, cross_replica_axis, name)
        if not 0 <= decay <= 1:
            raise ValueError("decay must be in range [0, 1]")
        self.decay, self.epsilon = decay, epsilon
        self._ema_cluster_size = hk.ExponentialMovingAverage(decay=decay, name="ema_cluster_size")
        self._ema_dw = hk.ExponentialMovingAverage(decay=decay, name="ema_dw")

    @property
    def embeddings(self):
        init = hk.initializers.VarianceScaling(distribution="uniform")
        return hk.get_state("embeddings", self.shape, self.dtype, init=init)

    @property
    def ema_cluster_size(self):
        self._ema_cluster_size.initialize([self.num_embeddings], self.dtype)
        return self._ema_cluster_size

    @property
    def ema_dw(self):
        self._ema_dw.initialize(self.shape, self.dtype)
        return self._ema_dw

    def __call__(self, inputs, is_training):
        flat = jnp.reshape(inputs, [-1, self.embedding_dim])
        distances, indices, encodings = self._nearest(flat, self.embeddings)
        indices = jnp.reshape(indices, inputs.shape[:-1])
        quantized = self.quantize(indices)
        loss = self.commitment_cost * jnp.mean(jnp.square(jax.lax.stop_gradient(quantized) - inputs))
        if is_training:
            sizes, moved = jnp.sum(encodings, axis=0), jnp.matmul(flat.T, encodings)
            if self.cross_replica_axis:
                sizes, moved = jax.lax.psum((sizes, moved), axis_name=self.cross_replica_axis)
            sizes, moved = self.ema_cluster_size(sizes), self.ema_dw(moved)
            n = jnp.sum(sizes)
            sizes = (sizes + self.epsilon) / (n + self.num_embeddings * self.epsilon) * n
            hk.set_state("embeddings", moved / jnp.reshape(sizes, [1, -1]))
        return self._result(inputs, quantized, loss, distances, indices, encodings)
