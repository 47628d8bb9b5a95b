"""Training in mixed_float16: compile() wraps the optimizer, which scales the loss and leaves steps out that overflow."""
# golden: batch=4 steps=6 tolerance=5e-3 stages=predict,train,evaluate,fit reason="sums of numbers with 11 bits are rounded in another order"

import keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")
inputs = keras.Input(shape=(6,))
x = layers.Dense(12, activation="tanh")(inputs)
outputs = layers.Dense(2, dtype="float32")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.5), loss="mse", metrics=["mae"])
assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
assert model.optimizer.initial_scale == 32768.0
