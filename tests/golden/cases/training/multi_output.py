"""Two inputs, two named outputs, a loss each by name with weights, metrics per output."""
# golden: target0=class(3) target1=normal stages=predict,train,evaluate,fit

import keras
from keras import layers

a = keras.Input(shape=(4,), name="a")
b = keras.Input(shape=(3,), name="b")
x = layers.Concatenate()([a, b])
x = layers.Dense(6, activation="relu", name="body")(x)
kind = layers.Dense(3, activation="softmax", name="kind")(x)
size = layers.Dense(1, name="size")(x)
model = keras.Model(inputs=[a, b], outputs=[kind, size])
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
    loss_weights={"kind": 1.0, "size": 0.25},
    metrics={"kind": ["accuracy"], "size": ["mae"]},
)
