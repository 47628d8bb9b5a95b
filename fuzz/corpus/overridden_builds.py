# Classes that make other weights and parts than the layers that they derive from compute with.
import jax.numpy as jnp
from keras import layers

x = jnp.ones((2, 4, 4))
# ---
class A(layers.Dense):
    def build(self, shape):
        pass


r = A(2)(x)
# ---
class A(layers.BatchNormalization):
    def build(self, shape):
        self.gamma = 3


r = A()(x)
# ---
class A(layers.LSTM):
    def build(self, shape):
        pass


r = A(2)(x)
# ---
class A(layers.MultiHeadAttention):
    def build(self, *shapes):
        pass


r = A(2, 2)(x, x)
# ---
class A(layers.Bidirectional):
    def build(self, shape):
        pass


r = A(layers.LSTM(2))(x)
# ---
class A(layers.SeparableConv1D):
    def build(self, shape):
        self.depthwise_kernel = self.add_weight(shape=(1,))


r = A(2, 2)(x)
# ---
class A(layers.Embedding):
    def build(self, shape):
        self.embeddings = x


r = A(2, 2)(jnp.ones((2, 2), int))
# ---
class A(layers.Normalization):
    def build(self, shape):
        pass


r = A()(x)
# ---
class A(layers.TimeDistributed):
    def build(self, shape):
        pass


r = A(layers.Dense(2))(x)
