"""Sentiment of film reviews: an embedding and two recurrent layers that read in both directions."""

import keras
from keras import layers

keras.utils.set_random_seed(41)

max_features = 2000  # Only consider the most frequent words
maxlen = 32  # Only consider the first words of each review

model = keras.Sequential(
    [
        keras.Input(shape=(maxlen,), dtype="int32"),
        layers.Embedding(max_features, 32, mask_zero=True),
        layers.Bidirectional(layers.LSTM(16, return_sequences=True, dropout=0.1)),
        layers.Bidirectional(layers.GRU(12), merge_mode="sum"),
        layers.Dense(8, activation="relu", kernel_constraint=keras.constraints.MaxNorm(2.0)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.summary()

(x_train, y_train), (x_val, y_val) = keras.datasets.imdb.load_data(num_words=max_features)
print(len(x_train), "training sequences")
x_train = keras.utils.pad_sequences(x_train, maxlen=maxlen)
x_val = keras.utils.pad_sequences(x_val, maxlen=maxlen)

model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
model.fit(x_train, y_train, batch_size=16, epochs=2, validation_data=(x_val, y_val))
