"""Translation from sequence to sequence with a transformer, built from layers of its own.

The toy language pair: a sentence in the target language is the source sentence backwards, each word moved on by one.
Position 0 is padding and takes no part; words 1 and 2 begin and end a sentence.
"""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(51)

VOCAB_SIZE = 50
SEQUENCE_LENGTH = 12
EMBED_DIM, LATENT_DIM, NUM_HEADS = 32, 64, 4
START, END = 1, 2


class PositionalEmbedding(layers.Layer):
    def __init__(self, sequence_length, vocab_size, embed_dim, **kwargs):
        super().__init__(**kwargs)
        self.token_embeddings = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.position_embeddings = layers.Embedding(input_dim=sequence_length, output_dim=embed_dim)

    def call(self, inputs):
        length = ops.shape(inputs)[-1]
        positions = ops.arange(0, length, 1)
        return self.token_embeddings(inputs) + self.position_embeddings(positions)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0)


class TransformerEncoder(layers.Layer):
    def __init__(self, embed_dim, dense_dim, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.dense_proj = keras.Sequential([layers.Dense(dense_dim, activation="relu"), layers.Dense(embed_dim)])
        self.layernorm_1 = layers.LayerNormalization()
        self.layernorm_2 = layers.LayerNormalization()
        self.supports_masking = True

    def call(self, inputs, mask=None):
        padding_mask = ops.cast(mask[:, None, :], dtype="int32") if mask is not None else None
        attention_output = self.attention(query=inputs, value=inputs, key=inputs, attention_mask=padding_mask)
        proj_input = self.layernorm_1(inputs + attention_output)
        return self.layernorm_2(proj_input + self.dense_proj(proj_input))


class TransformerDecoder(layers.Layer):
    def __init__(self, embed_dim, latent_dim, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.attention_1 = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.attention_2 = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.dense_proj = keras.Sequential([layers.Dense(latent_dim, activation="relu"), layers.Dense(embed_dim)])
        self.layernorm_1 = layers.LayerNormalization()
        self.layernorm_2 = layers.LayerNormalization()
        self.layernorm_3 = layers.LayerNormalization()
        self.supports_masking = True

    def call(self, inputs, mask=None):
        inputs, encoder_outputs = inputs
        causal_mask = self.get_causal_attention_mask(inputs)
        inputs_mask, encoder_mask = (None, None) if mask is None else mask
        if encoder_mask is not None:
            encoder_mask = encoder_mask[:, None, :]
        attention_output_1 = self.attention_1(
            query=inputs, value=inputs, key=inputs, attention_mask=causal_mask, query_mask=inputs_mask
        )
        out_1 = self.layernorm_1(inputs + attention_output_1)
        attention_output_2 = self.attention_2(
            query=out_1, value=encoder_outputs, key=encoder_outputs, attention_mask=encoder_mask
        )
        out_2 = self.layernorm_2(out_1 + attention_output_2)
        return self.layernorm_3(out_2 + self.dense_proj(out_2))

    def get_causal_attention_mask(self, inputs):
        input_shape = ops.shape(inputs)
        batch_size, sequence_length = input_shape[0], input_shape[1]
        i = ops.arange(sequence_length)[:, None]
        j = ops.arange(sequence_length)
        mask = ops.cast(i >= j, dtype="int32")
        mask = ops.reshape(mask, (1, sequence_length, sequence_length))
        return ops.tile(mask, [batch_size, 1, 1])


encoder_inputs = keras.Input(shape=(SEQUENCE_LENGTH,), dtype="int64", name="encoder_inputs")
x = PositionalEmbedding(SEQUENCE_LENGTH, VOCAB_SIZE, EMBED_DIM)(encoder_inputs)
encoder_outputs = TransformerEncoder(EMBED_DIM, LATENT_DIM, NUM_HEADS)(x)

decoder_inputs = keras.Input(shape=(SEQUENCE_LENGTH,), dtype="int64", name="decoder_inputs")
x = PositionalEmbedding(SEQUENCE_LENGTH, VOCAB_SIZE, EMBED_DIM)(decoder_inputs)
x = TransformerDecoder(EMBED_DIM, LATENT_DIM, NUM_HEADS)([x, encoder_outputs])
x = layers.Dropout(0.1)(x)
decoder_outputs = layers.Dense(VOCAB_SIZE, activation="softmax")(x)
transformer = keras.Model([encoder_inputs, decoder_inputs], decoder_outputs, name="transformer")


def make_pairs(count, seed):
    rng = np.random.default_rng(seed)
    sources, targets = [], []
    for _ in range(count):
        words = rng.integers(3, VOCAB_SIZE - 1, size=rng.integers(4, SEQUENCE_LENGTH - 2))
        sources.append(words)
        targets.append(np.concatenate([[START], words[::-1] + 1, [END]]))
    pad = keras.utils.pad_sequences
    source = pad(sources, maxlen=SEQUENCE_LENGTH, padding="post")
    target = pad(targets, maxlen=SEQUENCE_LENGTH + 1, padding="post")
    return source, target[:, :-1], target[:, 1:]


source, target_in, target_out = make_pairs(64, seed=9)
transformer.compile("rmsprop", loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=0), metrics=["accuracy"])
transformer.fit({"encoder_inputs": source, "decoder_inputs": target_in}, target_out, batch_size=16, epochs=2)
