"""set_random_seed, then every layer that draws: the order of the draws, MultiHeadAttention's own, and strings."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

keras.utils.set_random_seed(2024)
inputs = keras.Input(shape=(6, 6, 4))
x = layers.SeparableConv2D(3, 3)(inputs)
x = layers.DepthwiseConv2D(2)(x)
x = layers.Conv2DTranspose(4, 2, kernel_initializer="he_normal", bias_initializer="random_uniform")(x)
x = layers.BatchNormalization()(x)
x = layers.Dropout(0.3)(x)
x = layers.Dropout(0.0)(x)
x = layers.Reshape((16, 4))(x)
x = layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x)
x = layers.MultiHeadAttention(2, 3)(x, x)
x = layers.Conv1D(3, 2)(x)
ids = keras.Input(shape=(15,), dtype="int32")
e = layers.Embedding(9, 3)(ids)
x = layers.PReLU()(layers.Add()([x, e]))
x = layers.Dropout(0.5, seed=3)(x)
x = layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform())(x)
model = keras.Model([inputs, ids], x)
