"""Token ids through Embedding, attention and pooling: sparse gradients of the table and integer inputs."""
# golden: x0=int(9) target0=class(3)

import keras
from keras import layers

inputs = keras.Input(shape=(5,), dtype="int32")
x = layers.Embedding(9, 6)(inputs)
x = layers.Add()([x, layers.MultiHeadAttention(2, 3, use_bias=False)(x, x)])
x = layers.LayerNormalization()(x)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(inputs, layers.Dense(3)(x))
model.compile(
    optimizer=keras.optimizers.AdamW(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
