import keras
from keras import layers

#: a policy of no type
layers.Dense(3, dtype="mixed_float8")

#: a policy of another kind
keras.config.set_dtype_policy(3)

#: no policy
keras.mixed_precision.set_global_policy(None)

#: a loss scale that is fixed
keras.optimizers.LossScaleOptimizer("adam", dynamic=False)

#: another epsilon
keras.config.set_epsilon(1e-5)

#: another default type
keras.backend.set_floatx("float16")

#: another backend
keras.config.set_backend("torch")

#: a state that is to last, of unknown size
layers.LSTM(3, stateful=True)(keras.Input((4, 2)))

#: strings in the model
x = layers.StringLookup(vocabulary=["a"])(keras.Input((1,), dtype="int32"))
keras.Model(keras.Input((1,)), x)

#: an image layer that draws as it is traced
layers.AugMix()

#: a policy for each layer
keras.dtype_policies.DTypePolicyMap()
