"""A functional model used as a layer twice inside another."""
# golden: target0=class(3)

import keras
from keras import layers

inner_inputs = keras.Input(shape=(4,))
inner_x = layers.Dense(5, activation="relu")(inner_inputs)
inner_x = layers.BatchNormalization()(inner_x)
encoder = keras.Model(inner_inputs, inner_x, name="encoder")

a = keras.Input(shape=(4,))
b = keras.Input(shape=(4,))
x = layers.Average()([encoder(a), encoder(b)])
model = keras.Model([a, b], layers.Dense(3)(x))
model.compile(
    optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
