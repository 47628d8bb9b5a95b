"""A mixture of experts: a router sends every row to its two best experts, and a loss keeps all experts busy."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(101)


class MixtureOfExperts(layers.Layer):
    """Feed-forward experts whose kernels are one array each, with the expert as the first dimension.

    Every expert computes every row; the gates of all but the `top_k` best are zero.
    """

    def __init__(self, units, num_experts, hidden=32, top_k=2, balance=0.01, **kwargs):
        super().__init__(**kwargs)
        self.units, self.num_experts, self.hidden = units, num_experts, hidden
        self.top_k, self.balance = top_k, balance
        self.router = layers.Dense(num_experts, use_bias=False, name="router")

    def build(self, input_shape):
        features = input_shape[-1]
        self.router.build(input_shape)
        self.w_in = self.add_weight(
            shape=(self.num_experts, features, self.hidden), initializer="glorot_uniform", name="w_in"
        )
        self.b_in = self.add_weight(shape=(self.num_experts, 1, self.hidden), initializer="zeros", name="b_in")
        self.w_out = self.add_weight(
            shape=(self.num_experts, self.hidden, self.units), initializer="glorot_uniform", name="w_out"
        )

    def call(self, x):
        probabilities = ops.softmax(self.router(x), axis=-1)
        gates, chosen = ops.top_k(probabilities, self.top_k)
        gates = gates / ops.sum(gates, axis=-1, keepdims=True)
        routes = ops.one_hot(chosen, self.num_experts)
        weights = ops.sum(gates[..., None] * routes, axis=1)

        # As much of the load as of the probability: both are 1/n for each of n experts if all is well.
        load = ops.mean(ops.sum(routes, axis=1), axis=0) / self.top_k
        importance = ops.mean(probabilities, axis=0)
        self.add_loss(self.balance * self.num_experts * ops.sum(load * importance))

        hidden = ops.relu(ops.einsum("bf,efh->ebh", x, self.w_in) + self.b_in)
        outputs = ops.einsum("ebh,ehu->ebu", hidden, self.w_out)
        return ops.einsum("be,ebu->bu", weights, outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


inputs = keras.Input((8,))
x = layers.Dense(16, activation="relu")(inputs)
x = layers.LayerNormalization()(x + MixtureOfExperts(16, num_experts=4)(x))
outputs = layers.Dense(3)(x)
model = keras.Model(inputs, outputs, name="moe")
model.compile(
    optimizer=keras.optimizers.Lion(1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["sparse_categorical_accuracy"],
)

rng = np.random.default_rng(4)
x_train = rng.normal(size=(256, 8)).astype("float32")
y_train = (x_train[:, 0] * x_train[:, 1] > 0).astype("int32") + (x_train[:, 2] > 1)
model.fit(x_train, y_train, batch_size=32, epochs=2, class_weight=None)
