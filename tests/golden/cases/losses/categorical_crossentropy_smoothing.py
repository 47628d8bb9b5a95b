"""CategoricalCrossentropy of logits with label smoothing and sample weights."""
# golden: target0=onehot sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(4)])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
)
