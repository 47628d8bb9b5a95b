"""RMSprop, centered with momentum, weight decay and clipping."""
# golden: stages=train target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.01, momentum=0.5, centered=True, epsilon=1e-3, weight_decay=0.1, clipnorm=0.5), loss="mse")
