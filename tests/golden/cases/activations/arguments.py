"""keras.activations functions called with arguments on Keras tensors."""
# golden: x0=corner rows=1

import keras

inputs = keras.Input(shape=(24,))
a = keras.activations
model = keras.Model(
    inputs,
    [
        a.relu(inputs, negative_slope=0.1, max_value=4.0, threshold=0.5),
        a.leaky_relu(inputs, negative_slope=0.3),
        a.elu(inputs, alpha=0.7),
        a.celu(inputs, alpha=2.0),
        a.gelu(inputs, approximate=True),
        a.softmax(inputs, axis=-1),
        a.squareplus(inputs, b=2),
        a.soft_shrink(inputs, threshold=1.0),
        a.hard_shrink(inputs, threshold=1.0),
        a.threshold(inputs, 0.75, -2.0),
    ],
)
