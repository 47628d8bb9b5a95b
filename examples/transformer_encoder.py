"""A small transformer encoder that classifies token sequences.

Token embeddings, a convolution that lets tokens know their neighbours' order, four blocks of attention and feed-forward layers
(layer normalisation first), the average over the sequence, a linear head.
"""

import keras
from keras import layers

VOCABULARY = 1000
LENGTH = 64
WIDTH = 128
HEADS = 4
DEPTH = 4
CLASSES = 5


def attention(x, heads, dropout, name):
    """Self-attention with a residual connection."""
    width = x.shape[-1]
    y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm")(x)
    y = layers.MultiHeadAttention(num_heads=heads, key_dim=width // heads, name=name)(y, y)
    y = layers.Dropout(dropout)(y)
    return x + y


def feed_forward(x, dropout, name, factor=4):
    """Two dense layers per token with a residual connection."""
    width = x.shape[-1]
    y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm")(x)
    y = layers.Dense(factor * width, activation="gelu", name=f"{name}_wide")(y)
    y = layers.Dense(width, name=f"{name}_narrow")(y)
    y = layers.Dropout(dropout)(y)
    return x + y


def encoder(length=LENGTH, width=WIDTH, heads=HEADS, depth=DEPTH, dropout=0.1, classes=CLASSES):
    """The whole network; its output are logits."""
    tokens = keras.Input(shape=(length,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCABULARY, width, name="embedding")(tokens)
    x = x + layers.Conv1D(width, 3, padding="same", activation="gelu", name="order")(x)
    for number in range(depth):
        x = attention(x, heads, dropout, name=f"attention{number}")
        x = feed_forward(x, dropout, name=f"feed_forward{number}")
    x = layers.LayerNormalization(epsilon=1e-5, name="final_norm")(x)
    x = layers.GlobalAveragePooling1D(name="average")(x)
    return keras.Model(inputs=tokens, outputs=layers.Dense(classes, name="logits")(x), name="transformer_encoder")


keras.utils.set_random_seed(0)
model = encoder()
model.compile(
    optimizer=keras.optimizers.AdamW(
        learning_rate=keras.optimizers.schedules.CosineDecay(
            0.0, decay_steps=10_000, warmup_target=5e-4, warmup_steps=500
        ),
        weight_decay=0.01,
        global_clipnorm=1.0,
    ),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
