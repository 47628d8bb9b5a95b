"""Binary focal cross-entropy with balance."""
# golden: target0=int(2)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(3, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.4, gamma=1.5))
