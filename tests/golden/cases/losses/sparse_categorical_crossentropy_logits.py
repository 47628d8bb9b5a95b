"""SparseCategoricalCrossentropy of logits with sample weights."""
# golden: target0=class(4) sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4)])
model.compile(
    optimizer=keras.optimizers.SGD(0.5), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)
