"""Architectures that Keras ships, without heads and with little images, one after the other on the same input."""
# golden: stages=predict weights=formula rows=1 tolerance=1e-4 reason="hundreds of layers"

import keras
from keras import applications

inputs = keras.Input(shape=(75, 75, 3))
outputs = [
    make(include_top=False, weights=None, pooling="avg", input_shape=(75, 75, 3))(inputs)
    for make in (applications.MobileNetV2, applications.EfficientNetB0, applications.DenseNet121)
]
model = keras.Model(inputs, outputs)
