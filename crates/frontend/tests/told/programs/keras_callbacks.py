import keras
import jax.numpy as jnp

#: a factor that raises
keras.callbacks.ReduceLROnPlateau(factor=2.0)

#: checkpoints within an epoch
keras.callbacks.ModelCheckpoint("m.keras", save_freq=100)

#: checkpoints of another ending
keras.callbacks.ModelCheckpoint("checkpoints/last.ckpt")

#: a callback where a schedule belongs
keras.callbacks.LearningRateScheduler(keras.callbacks.EarlyStopping())

#: a callback that training cannot have
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=[print])

#: callbacks with arguments of the run
import os
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(loss="mse")
folder, patience = os.environ["OUT"], int(os.environ["PATIENCE"])
checkpoint = keras.callbacks.ModelCheckpoint(os.path.join(folder, "best.keras"))
stop = keras.callbacks.EarlyStopping(patience=patience, verbose=patience)
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=[checkpoint, stop])

#: a checkpoint at a place of the run without a name
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=keras.callbacks.ModelCheckpoint(f"{open('out').read()}/best.keras"))

#: a value that rises or falls
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(loss="mse", metrics=["mae"])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=[keras.callbacks.EarlyStopping("val_accuracy")])

#: two schedules of the learning rate
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
rate = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
model.compile(keras.optimizers.SGD(rate), loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=[keras.callbacks.LearningRateScheduler(lambda e: 0.1)])

#: a schedule that gives no number
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), callbacks=[keras.callbacks.LearningRateScheduler(lambda e: "0.1")])
