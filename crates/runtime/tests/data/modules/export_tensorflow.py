"""Exports a small convolution network with TensorFlow: the StableHLO of a compiled function as text, and that of a saved
model as bytecode."""

import re
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.compiler.mlir.tensorflow_to_stablehlo.python import pywrap_tensorflow_to_stablehlo as converter

rng = np.random.default_rng(0)
kernel = rng.normal(size=(3, 3, 1, 2)).astype("float32")
dense = rng.normal(size=(18, 3)).astype("float32")


class Network(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([2, 6, 6, 1], tf.float32)], jit_compile=True)
    def __call__(self, images):
        features = tf.nn.relu(tf.nn.conv2d(images, kernel, strides=1, padding="SAME"))
        pooled = tf.nn.max_pool2d(features, 2, 2, "VALID")
        return tf.nn.softmax(tf.reshape(pooled, (2, 18)) @ dense)


network = Network()
images = rng.normal(size=(2, 6, 6, 1)).astype("float32")
text = network.__call__.experimental_get_compiler_ir(images)(stage="stablehlo")
# Locations of the compiled program name files of this machine, and nothing reads them.
text = re.sub(r"^#loc.*\n| loc\([^()]*\)", "", text, flags=re.M)
with open("tensorflow.mlir", "w") as file:
    file.write(text)

with tempfile.TemporaryDirectory() as folder:
    tf.saved_model.save(network, folder)
    with open("tensorflow.mlirbc", "wb") as file:
        file.write(converter.savedmodel_to_stablehlo(folder, ["serving_default"]))
np.savez("tensorflow.npz", **{"0": images, "result_0": network(images).numpy()})
