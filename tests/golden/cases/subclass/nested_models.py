"""Models in models in lists and dicts, a layer used twice, and a seed generator inside: order, names and paths."""
# golden: stages=predict,gradients

import keras
from keras import layers


class Block(keras.Model):
    def __init__(self, units, depth):
        super().__init__()
        self.dense_layers = [layers.Dense(units, activation="relu") for _ in range(depth)]
        self.norm = layers.LayerNormalization()
        self.dropout = layers.Dropout(0.2)

    def call(self, x, training=None):
        for dense in self.dense_layers:
            x = dense(x)
        return self.dropout(self.norm(x), training=training)


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = layers.Dense(2, name="head")
        self.blocks = {"first": Block(4, 2), "second": Block(4, 1)}
        self.pairs = [(layers.Dense(4), layers.BatchNormalization()) for _ in range(2)]
        self.twice = layers.Dense(4, activation="tanh", name="twice")
        self.extra = keras.Sequential([layers.Dense(3), layers.Dense(4)], name="extra")

    def call(self, inputs, training=False):
        x = self.twice(inputs)
        x = self.blocks["second"](x, training=training)
        for dense, norm in self.pairs:
            x = norm(dense(x), training=training)
        x = self.blocks["first"](x) + self.extra(self.twice(x))
        return self.head(x)


inputs = keras.Input((4,))
model = Net()
outputs = model(inputs)
