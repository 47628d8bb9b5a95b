"""One layer used on two inputs: its gradients add up. A siamese model."""
# golden: target0=int(2)

import keras
from keras import layers

a = keras.Input(shape=(5,))
b = keras.Input(shape=(5,))
tower = layers.Dense(4, activation="tanh")
distance = layers.Subtract()([tower(a), tower(b)])
distance = layers.Multiply()([distance, distance])
outputs = layers.Dense(1, activation="sigmoid")(distance)
model = keras.Model([a, b], outputs)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
