import jax
import keras

print(keras.losses.MeanSquaredError()(1e308, -1))
print(jax.tree.map(keras.losses.MeanSquaredError(), 1.0, 2.0))
