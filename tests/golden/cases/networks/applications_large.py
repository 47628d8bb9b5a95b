"""Architectures that Keras ships, and the preparation of their inputs."""
# golden: stages=predict weights=formula rows=1 tolerance=1e-4 reason="hundreds of layers"

import keras
from keras import applications

inputs = keras.Input(shape=(75, 75, 3))
prepared = applications.resnet50.preprocess_input(inputs)
resnet = applications.ResNet50V2(include_top=False, weights=None, pooling="max", input_tensor=prepared)
outputs = [resnet.output]
for make in (applications.InceptionV3, applications.Xception):
    outputs.append(make(include_top=False, weights=None, pooling="avg", input_shape=(75, 75, 3))(inputs))
model = keras.Model(inputs, outputs)
