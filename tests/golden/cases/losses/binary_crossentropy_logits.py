"""BinaryCrossentropy of one logit with label smoothing and sample weights."""
# golden: target0=int(2) sample_weight=true

import keras
from keras import layers

model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2),
)
