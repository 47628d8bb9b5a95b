"""Circle loss of embeddings on the unit sphere."""
# golden: target0=class(3)

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4), layers.UnitNormalization()])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss=keras.losses.Circle(gamma=4.0, margin=0.3))
