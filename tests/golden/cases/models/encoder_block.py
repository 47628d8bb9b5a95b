"""One block of a transformer encoder with gradients: embedding, convolution, attention and feed-forward with residuals."""
# golden: x0=int(11)

import keras
from keras import layers

tokens = keras.Input(shape=(6,), dtype="int32")
x = layers.Embedding(11, 8)(tokens)
x = x + layers.Conv1D(8, 3, padding="same", activation="gelu")(x)
y = layers.LayerNormalization(epsilon=1e-5)(x)
y = layers.MultiHeadAttention(num_heads=2, key_dim=4)(y, y)
x = x + y
y = layers.LayerNormalization(epsilon=1e-5)(x)
y = layers.Dense(16, activation="gelu")(y)
y = layers.Dense(8)(y)
x = layers.LayerNormalization(epsilon=1e-5)(x + y)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(tokens, layers.Dense(3)(x))
