"""A model compiled without metrics whose fit settings come as variables and keyword arguments."""

import keras
from keras import layers

learning_rate = 0.05
settings = {"loss": "mse", "optimizer": keras.optimizers.SGD(learning_rate=learning_rate)}
model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(units=2, use_bias=True)])
model.compile(**settings)
