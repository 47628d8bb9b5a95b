import keras
import jax.numpy as jnp
from keras import layers, ops

#: attention
layers.MultiHeadAttention(2, 4, attention_axes="x")(keras.Input((5, 6)), keras.Input((5, 6)))
layers.MultiHeadAttention(2, 4)(keras.Input((5, 6)), keras.Input((5, 6)), return_attention_scores="yes")
layers.MultiHeadAttention(2, 4)(keras.Input((5, 6)))

#: layers and their options
layers.Resizing(3, 3, interpolation="linar")
layers.UpSampling2D(2, interpolation="x")
layers.Conv2D(9, 3, groups=2)
layers.EinsumDense("abc,cd->aed", (3, 4))(keras.Input((5, 6)))
layers.Lambda(lambda x: x, arguments=3)
layers.Lambda(lambda x: x, arguments={1: 2})(keras.Input((3,)))
layers.Dot(axes="x")
layers.Dot(axes=(1, 2, 3))
layers.Bidirectional(layers.Dense(3))
layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3, return_sequences=True, go_backwards=True))
layers.LSTM(3)(jnp.ones((2, 0, 3)))

#: layers that see data
layer = layers.Normalization()
layer.adapt([jnp.ones((2, 3)), jnp.ones((2, 4))])
layer = layers.Normalization()
layer.build((None, 3))
layer.adapt(jnp.ones((2, 4)))

#: cells of the program
class NoSize(layers.Layer):
    def call(self, x, states):
        return x, states
class NoStates(layers.Layer):
    state_size = 3
    def call(self, x, states):
        return x
class OddSize(layers.Layer):
    state_size = "wide"
    def call(self, x, states):
        return x, states
layers.RNN(NoSize())(keras.Input((5, 3)))
layers.RNN(OddSize())(keras.Input((5, 3)))
layers.RNN(NoStates())(keras.Input((5, 3)))
layers.RNN([layers.LSTMCell(3), NoStates()])(keras.Input((5, 3)))
layers.StackedRNNCells([layers.LSTMCell(3), layers.LSTMCell(3)])(jnp.ones((2, 3)), [jnp.ones((2, 3))])

#: metrics
keras.metrics.Accuracy().result()
keras.metrics.AUC(multi_label=True).update_state(jnp.ones(3), jnp.ones(3))
keras.metrics.AUC(multi_label=True, num_labels=3).update_state(jnp.ones((2, 4)), jnp.ones((2, 4)))
keras.metrics.AUC(num_thresholds=1)
keras.metrics.AUC(num_labels=3)
keras.metrics.Precision(class_id=2).update_state(jnp.ones(()), jnp.ones(()))
keras.metrics.Precision(top_k=2).update_state(jnp.ones(()), jnp.ones(()))
keras.metrics.Precision(top_k=9).update_state(jnp.ones((2, 3)), jnp.ones((2, 3)))
keras.metrics.MeanMetricWrapper(lambda y, p: p, **{"a": 1}).update_state(jnp.ones(3), jnp.ones(3))
keras.metrics.get("acuracy")
keras.metrics.MeanIoU(num_classes="x")

#: metrics of the program
class Nothing(keras.metrics.Metric):
    pass
Nothing().update_state(jnp.ones(3), jnp.ones(3))
Nothing().result()
class Half(keras.metrics.Metric):
    def update_state(self, y, p, sample_weight=None):
        pass
Half().result()
class Shapes(keras.metrics.Metric):
    def __init__(self):
        super().__init__()
        self.w = self.add_variable(shape="wide", initializer="zeros")
Shapes()

#: images
image = jnp.ones((2, 8, 8, 3))
ops.image.rgb_to_hsv(jnp.ones((2, 8, 8, 3), dtype=int))
ops.image.hsv_to_rgb(jnp.ones((2, 8, 8, 3), dtype=int))
ops.image.rgb_to_grayscale(jnp.ones((2, 8, 8, 4)))
ops.image.gaussian_blur(image, sigma=(1.0, 2.0, 3.0))
ops.image.pad_images(image, -1, 0, target_height=9, target_width=9)
ops.image.crop_images(image, -1, 0, target_height=9, target_width=9)
ops.image.affine_transform(image, jnp.ones((2, 5)))
ops.image.perspective_transform(image, jnp.ones((2, 3, 2)), jnp.ones((2, 4, 2)))
ops.image.resize(image, (4, 4), interpolation="x")
ops.image.extract_patches(image, (9, 9))
ops.image.elastic_transform(image, alpha="x")

#: operations
ops.conv(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 4, 5)))
ops.conv(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 3, 5)), strides=0)
ops.conv(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 3, 5)), dilation_rate=0)
ops.max_pool(jnp.ones((1, 8, 8, 3)), 0)
ops.separable_conv(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 3, 1)), jnp.ones((1, 1, 4, 5)))
ops.layer_normalization(jnp.ones((2, 3)), axis="x")
ops.fft2((jnp.ones(3), jnp.ones(3)))
ops.irfft((jnp.ones(()), jnp.ones(())))
ops.extract_sequences(jnp.ones(3), 5, 2)
ops.extract_sequences(jnp.ones(3), 0, 0)
ops.istft((jnp.ones(3), jnp.ones(3)), 4, 2, 4)
ops.overlap_and_add if False else None
ops.fold(jnp.ones((1, 27, 9)), (4, 4), 2)
ops.fold(jnp.ones((1, 9, 7)), (5, 5), 3)
ops.unfold(jnp.ones((1, 3, 4, 4)), 7)
ops.depth_to_space(jnp.ones((1, 4, 4, 3)), 2)
ops.space_to_depth(jnp.ones((1, 5, 5, 3)), 2)
ops.one_hot(jnp.ones(3, dtype=int), 4, axis=5)
ops.adaptive_average_pool(jnp.ones((1, 4, 4, 3)), 0)
ops.rearrange(jnp.ones((2, 6)), "a (b c -> a b c", b=2)
ops.rearrange(jnp.ones((2, 6)), "a b) -> a b")
ops.rearrange(jnp.ones((2, 6)), "a b c -> a b c")
ops.rearrange(jnp.ones((2, 6)), "a (b c) -> a b c", b=4)
ops.rearrange(jnp.ones((2, 6)), "a a -> a")
ops.rearrange(jnp.ones((2, 6)), "a b -> a c")
ops.view(jnp.ones((2, 3)), "int64")
ops.view(jnp.ones((2, 3), dtype="int16"), "int32")
ops.unravel_index(3, 3)
ops.correlate(jnp.ones((2, 2)), jnp.ones(3))
ops.segment_sum(jnp.ones(3), jnp.ones(3))
ops.scatter(jnp.ones((2, 1)), jnp.ones(3), (3,))

#: decoding of sequences
ops.ctc_loss(jnp.ones((2, 3), dtype=int), jnp.ones((4, 5, 6)), jnp.ones(2, dtype=int), jnp.ones(2, dtype=int))
ops.ctc_loss(jnp.ones((2, 3), dtype=int), jnp.ones((2, 5, 6)), jnp.ones(2, dtype=int), jnp.ones(2, dtype=int), mask_index=9)
ops.ctc_decode(jnp.ones((2, 5, 6)), jnp.ones(2, dtype=int), strategy="beam_search", mask_index=9)
ops.ctc_decode(jnp.ones((2, 5, 6)), jnp.ones(2, dtype=int), strategy="beem")

#: random numbers
keras.random.normal((2,), seed="x")
keras.random.normal((2,), dtype="int32")
keras.random.dropout(jnp.ones(3), 0.5, noise_shape="x")
keras.random.shuffle(jnp.ones(3), axis=7)
keras.random.truncated_normal((3,), dtype="int32")

#: schedules
keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
keras.optimizers.schedules.CosineDecay("x", 10)
keras.optimizers.SGD([0.1])
keras.optimizers.SGD(keras.optimizers.SGD)

#: regularizers
layers.Dense(3, kernel_regularizer="l3")
layers.Dense(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(mode="x"))
keras.regularizers.OrthogonalRegularizer()(jnp.ones(3))
layers.Dense(3, kernel_constraint="max_nom")
layers.Dense(3, kernel_initializer="glorot")
layers.Dense(3, activation="rleu")
layers.Activation("gleu")
keras.Model(3)

#: a model of two parts that do not meet
a, b = keras.Input((3,)), keras.Input((3,))
model = keras.Model(a, layers.Dense(3)(b))

#: calls by position and by name
layers.Dense(3, units=4)
layers.Dense(3, "relu", True, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
keras.activations.relu(jnp.ones(3), x=3)

#: a pointwise kernel without dimensions
ops.separable_conv(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 3, 1)), 2.0)
