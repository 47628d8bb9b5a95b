"""Class numbers and numbers in bins as vectors, in every mode, and their configurations."""
# golden: x0=int(5) x1=int(5) x3=int(5) x4=uniform(0,2)

import keras
import numpy as np
from keras import layers

several, one, values = keras.Input(shape=(4,), dtype="int32"), keras.Input(shape=(1,), dtype="int32"), keras.Input(shape=(3,))
counted, weights = keras.Input(shape=(4,), dtype="int32"), keras.Input(shape=(4,))
bins = [-0.5, 0.0, 0.25, 1.5]
adapted = layers.Discretization(num_bins=4, epsilon=0.02)
adapted.update_state(np.array([[0.5, -1.5], [2.0, 0.25], [-0.75, 1.0], [3.5, -2.0], [0.0, 1.25]], "float32"))
adapted.update_state(np.linspace(-3.0, 4.0, 200).astype("float32"))
adapted.finalize_state()
outputs = [
    layers.CategoryEncoding(num_tokens=5)(several),
    layers.CategoryEncoding(num_tokens=5, output_mode="one_hot")(one),
    layers.CategoryEncoding(num_tokens=5, output_mode="count")(several),
    layers.CategoryEncoding(num_tokens=6, output_mode="count")(counted, count_weights=weights),
    layers.Discretization(bins, output_mode="one_hot")(values),
    layers.Discretization(bins, output_mode="multi_hot")(values),
    layers.Discretization(bins, output_mode="count")(values),
    layers.Discretization(bins)(values),
    adapted(values),
]
layer = layers.CategoryEncoding(3, output_mode="count", name="encoding")
config = layer.get_config()
assert (config["num_tokens"], config["output_mode"], config["name"]) == (3, "count", "encoding")
assert layers.CategoryEncoding.from_config(config).num_tokens == 3
config = layers.Discretization(bins, name="bins").get_config()
assert config["bin_boundaries"] == bins and config["output_mode"] == "int" and config["num_bins"] is None
model = keras.Model([several, one, values, counted, weights], outputs)
