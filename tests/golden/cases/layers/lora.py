"""Low-rank adaptation: by argument, and enabled later; the adapted weights are frozen."""
# golden: x1=int(7)

import keras
from keras import layers

inputs = keras.Input(shape=(3, 4))
words = keras.Input(shape=(3,), dtype="int32")
later = layers.Dense(5, kernel_regularizer="l2")
x = layers.Dense(5, lora_rank=2, lora_alpha=6, name="dense_with")(inputs)
y = layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), lora_rank=2, lora_alpha=6, bias_axes="d")(inputs)
z = layers.Embedding(7, 5, lora_rank=3)(words)
w = later(inputs)
later.enable_lora(2, lora_alpha=3)
model = keras.Model([inputs, words], layers.Add()([x, y, z, w]))
