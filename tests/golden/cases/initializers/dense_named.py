"""Every random initializer on a Dense kernel and bias, seeded with integers: equal bits."""
# golden: stages=init weights=initial tolerance=0 reason="threefry is exact"

import keras
from keras import layers

names = [
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "random_normal", "random_uniform", "truncated_normal", "variance_scaling",
]
classes = [
    keras.initializers.GlorotUniform, keras.initializers.GlorotNormal, keras.initializers.HeUniform,
    keras.initializers.HeNormal, keras.initializers.LecunUniform, keras.initializers.LecunNormal,
    keras.initializers.RandomNormal, keras.initializers.RandomUniform, keras.initializers.TruncatedNormal,
    keras.initializers.VarianceScaling,
]
inputs = keras.Input(shape=(5,))
outputs = []
for number, (name, initializer) in enumerate(zip(names, classes)):
    layer = layers.Dense(
        4, kernel_initializer=initializer(seed=number), bias_initializer=initializer(seed=100 + number), name=name
    )
    outputs.append(layer(inputs))
model = keras.Model(inputs, outputs)
