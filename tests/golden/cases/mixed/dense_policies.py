"""Layers with policies of their own: by name, as an object, as the global one; what they say of themselves decides sizes."""
# golden: tolerance=1.5e-2 reason="sums of numbers with 8 bits are rounded in another order"

import keras
from keras import layers

inputs = keras.Input(shape=(6,))
keras.mixed_precision.set_global_policy("mixed_bfloat16")
first = layers.Dense(8, activation="tanh")
x = first(inputs)
assert first.dtype_policy.name == "mixed_bfloat16"
assert (first.compute_dtype, first.variable_dtype, first.dtype) == ("bfloat16", "float32", "float32")
assert first.kernel.dtype == "float32" and x.dtype == "bfloat16"
assert keras.config.dtype_policy() == keras.DTypePolicy("mixed_bfloat16")
assert keras.config.dtype_policy().get_config() == {"name": "mixed_bfloat16"}
keras.config.set_dtype_policy(keras.mixed_precision.Policy("float32"))
second = layers.Dense(8, dtype="mixed_bfloat16", activation="gelu")
third = layers.Dense(4, dtype=keras.DTypePolicy("mixed_float16"))
last = layers.Dense(3, dtype="float32", activation="softmax")
y = second(x)
z = third(y)
assert z.dtype == "float16"
w = layers.Add(dtype="bfloat16")([y, x])
outputs = last(layers.Concatenate()([z, w]))
assert outputs.dtype == "float32"
model = keras.Model(inputs, [outputs, x, z, w])
