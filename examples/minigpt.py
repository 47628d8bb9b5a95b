"""A miniature GPT: it reads characters and says of each position what comes next.

Positions are added to the embeddings of the characters, attention looks back only, and the output layer is the
embedding itself turned round.
"""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(61)

TEXT = (
    "a compiler reads a program once and writes it down for ever; an interpreter reads it again and again, "
    "as one reads a good book. what the compiler knows, the machine need not find out. "
) * 8
CHARACTERS = sorted(set(TEXT))
INDEX = {c: i for i, c in enumerate(CHARACTERS)}
CONTEXT, WIDTH, HEADS, DEPTH = 24, 32, 4, 2


class TransformerBlock(layers.Layer):
    def __init__(self, width, heads, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.norm1 = layers.LayerNormalization(epsilon=1e-5)
        self.attention = layers.MultiHeadAttention(heads, width // heads, dropout=rate)
        self.norm2 = layers.LayerNormalization(epsilon=1e-5)
        self.ffn = keras.Sequential([layers.Dense(4 * width, activation="gelu"), layers.Dense(width)])
        self.dropout = layers.Dropout(rate)

    def call(self, x, training=None):
        y = self.norm1(x)
        x = x + self.attention(y, y, use_causal_mask=True, training=training)
        return x + self.dropout(self.ffn(self.norm2(x)), training=training)


class MiniGPT(keras.Model):
    def __init__(self, vocabulary, context=CONTEXT, width=WIDTH, heads=HEADS, depth=DEPTH, **kwargs):
        super().__init__(**kwargs)
        self.context = context
        self.tokens = layers.Embedding(vocabulary, width, embeddings_initializer=keras.initializers.RandomNormal(0.0, 0.02))
        self.positions = layers.Embedding(context, width)
        self.blocks = [TransformerBlock(width, heads, name=f"block_{i}") for i in range(depth)]
        self.norm = layers.LayerNormalization(epsilon=1e-5)

    def call(self, ids, training=None):
        x = self.tokens(ids) + self.positions(ops.arange(ops.shape(ids)[1]))
        for block in self.blocks:
            x = block(x, training=training)
        return ops.matmul(self.norm(x), ops.transpose(self.tokens.embeddings))


class TextGenerator(keras.callbacks.Callback):
    """Writes a few characters at the end of each epoch."""

    def __init__(self, start, count=20):
        super().__init__()
        self.start, self.count = start, count

    def on_epoch_end(self, epoch, logs=None):
        ids = [INDEX[c] for c in self.start]
        for _ in range(self.count):
            window = ids[-CONTEXT:]
            padded = np.array([window + [0] * (CONTEXT - len(window))])
            logits = self.model.predict(padded, verbose=0)[0, len(window) - 1]
            ids.append(int(np.argmax(logits)))
        print(f"epoch {epoch + 1}: {''.join(CHARACTERS[i] for i in ids)!r}")


encoded = np.array([INDEX[c] for c in TEXT], dtype="int32")
starts = np.arange(0, len(encoded) - CONTEXT - 1, CONTEXT // 2)
x = np.stack([encoded[s : s + CONTEXT] for s in starts])
y = np.stack([encoded[s + 1 : s + CONTEXT + 1] for s in starts])

model = MiniGPT(len(CHARACTERS))
model(np.zeros((1, CONTEXT), dtype="int32"))  # makes the weights
model.summary()
model.compile(
    optimizer=keras.optimizers.AdamW(3e-3, weight_decay=0.01, clipnorm=1.0),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(x, y, batch_size=16, epochs=2, callbacks=[TextGenerator("a compiler ")])
