"""A subclassed model, compiled: training, evaluation, an epoch with validation."""
# golden: stages=predict,train,evaluate,fit target0=class(3)

import keras
from keras import layers


class Classifier(keras.Model):
    def __init__(self, hidden, classes):
        super().__init__()
        self.norm = layers.BatchNormalization()
        self.hidden = [layers.Dense(units, activation="relu") for units in hidden]
        self.dropout = layers.Dropout(0.3, seed=3)
        self.out = layers.Dense(classes)

    def call(self, x, training=False):
        x = self.norm(x, training=training)
        for layer in self.hidden:
            x = layer(x)
        if training:
            x = self.dropout(x)
        return self.out(x)


inputs = keras.Input((5,))
model = Classifier([6, 4], 3)
outputs = model(inputs)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
