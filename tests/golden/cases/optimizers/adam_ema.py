"""Adam with an exponential moving average of the weights, copied at the end of training."""
# golden: stages=train,fit target0=normal(2)

import keras
from keras import layers

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.05, use_ema=True, ema_momentum=0.8), loss="mse")
