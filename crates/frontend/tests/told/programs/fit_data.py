import keras
import numpy as np
from keras import layers

def net(units, activation=None, **arguments):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation)])
    model.compile(optimizer="adam", **arguments)
    return model

x = np.ones((32, 4), "float32")

#: names in compile of a model that is never built
model = keras.Sequential([layers.Dense(3)])
model.compile(optimizer="adamm", loss="mse")

#: the beginning of a loss's name
model = keras.Sequential([layers.Dense(3)])
model.compile(loss="mean_squared")

#: a metric that is misspelt
model = keras.Sequential([layers.Dense(3)])
model.compile(loss="mse", metrics=["mae", "acuracy"])

#: names that are like no other
model = keras.Sequential([layers.Dense(3)])
try:
    model.compile(optimizer="zzz", loss="mse")
except ValueError as error:
    print(error)
try:
    model.compile(loss="zzz")
except ValueError as error:
    print(error)
model.compile(loss="mse", metrics=["zzz"])

#: fit without data
net(1, loss="mse").fit(epochs=3)

#: evaluation without data
net(1, loss="mse").evaluate()

#: prediction without data
net(1, loss="mse").predict()

#: lists of numbers
net(1, loss="mse").fit([[1.0, 2.0, 3.0, 4.0]] * 32, [1.0] * 32)

#: a list of targets
net(1, loss="mse").fit(x, [1] * 32)

#: a list to validate on
net(1, loss="mse").fit(x, np.ones(32), validation_data=(x, ["a", "b"]))

#: inputs without targets
net(1, loss="mse").fit(x)

#: one-hot rows for a sparse loss
net(3, "softmax", loss="sparse_categorical_crossentropy").fit(x, keras.utils.to_categorical(np.arange(32) % 3, 3))

#: class numbers for rows of probabilities
net(3, "softmax", loss="categorical_crossentropy").fit(x, np.arange(32) % 3)

#: labels that pass the units
net(3, "softmax", loss="sparse_categorical_crossentropy").fit(x, np.arange(32) % 4)

#: labels below zero
net(3, "softmax", loss="sparse_categorical_crossentropy").fit(x, np.arange(32) % 3 - 1)

#: targets without a value
y = np.ones(32)
y[3] = np.nan
net(1, loss="mse").fit(x, y)

#: yes and no as 1 and 2
net(1, "sigmoid", loss="binary_crossentropy").fit(x, np.arange(32) % 2 + 1)

#: two units for a yes or no
net(2, "sigmoid", loss="binary_crossentropy").fit(x, np.ones((32, 1)))

#: a picture for each label
model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(np.ones((32, 8, 8, 1)), np.zeros(32))

#: one target for three outputs
net(3, loss="mse").fit(x, np.ones((32, 1)))

#: weights of other rows
net(1, loss="mse").fit(x, np.ones(32), sample_weight=np.ones(31))

#: one array for two outputs
i = keras.Input((4,))
two = keras.Model(i, [layers.Dense(1)(i), layers.Dense(1)(i)])
two.compile(loss=["mse", "mse"])
two.fit(x, np.ones(32))

#: inputs by other names
i = keras.Input((4,), name="image")
named = keras.Model({"image": i}, layers.Dense(1)(i))
named.compile(loss="mse")
named.fit({"imges": x}, np.ones(32))

#: inputs by names that are like no other
i = keras.Input((4,), name="image")
named = keras.Model({"image": i}, layers.Dense(1)(i))
named.compile(loss="mse")
named.fit({"b": x}, np.ones(32))

#: weights of classes that there are not
net(3, "softmax", loss="sparse_categorical_crossentropy").fit(x, np.arange(32) % 3, class_weight={0: 1.0, 5: 2.0})

#: batches of nothing
net(1, loss="mse").fit(x, np.ones(32), batch_size=0)

#: a split in percent
net(1, loss="mse").fit(x, np.ones(32), validation_split=20)

#: a rate that is an integer
keras.optimizers.Adam(learning_rate=1)

#: softmax over one number
net(1, "softmax", loss="binary_crossentropy")

#: classes of one unit
net(1, "sigmoid", loss="sparse_categorical_crossentropy")

#: probabilities of relu
net(1, "relu", loss="binary_crossentropy")

#: accuracy of numbers
net(1, loss="mse", metrics=["accuracy"])

#: accuracy of numbers that are equal
net(2, loss=keras.losses.Huber(), metrics=[keras.metrics.Accuracy()])

#: a callback that watches what is not logged
stop = keras.callbacks.EarlyStopping(monitor="val_acc", mode="max")
net(1, "sigmoid", loss="binary_crossentropy", metrics=["accuracy"]).fit(
    x, np.ones(32), validation_split=0.1, callbacks=[stop]
)

#: a callback that watches a loss of another name
stop = keras.callbacks.EarlyStopping(monitor="val_los", mode="min")
net(1, loss="mse").fit(x, np.ones(32), validation_split=0.1, callbacks=[stop])

#: a callback without validation
net(1, loss="mse").fit(x, np.ones(32), callbacks=[keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)])
