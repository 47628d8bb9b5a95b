import keras
import jax.numpy as jnp
from keras import layers
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])

#: metrics that are none
model.compile(loss="mse", metrics=["acuracy"])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: metrics that are no metrics
model.compile(loss="mse", metrics=[3])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: optimizers that are none
model.compile("adan", loss="mse")
model.compile(3, loss="mse")
model.compile(keras.optimizers.Adam, loss="mse")
model.compile(layers.Dense(3), loss="mse")

#: training without compile
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a variable that changes by what training left in it
model.compile("adam", loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))
model.weights[0].assign(model.weights[0] * 0.5)

#: training without a loss
model.compile("adam")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: losses for outputs that the model does not have
model.compile(loss={"label": "mse"})
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: losses with odd keys
model.compile(loss={1: "mse"})
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: more losses than outputs
model.compile(loss=["mse", "mae"])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: loss weights
x = keras.Input((3,))
two = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
two.compile(loss="mse", loss_weights=["large", 1.0])
two.fit(jnp.ones((8, 3)), [jnp.ones((8, 1)), jnp.ones((8, 1))])

#: a frequency of validation
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), validation_freq="often")

#: class weights
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)), class_weight=[1.0, 2.0])

#: nothing to train
model.trainable = False
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: labels as floats for a sparse loss
model = keras.Sequential([keras.Input((3,)), layers.Dense(5, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 5)))

#: class numbers for a categorical loss
model = keras.Sequential([keras.Input((3,)), layers.Dense(5, activation="softmax")])
model.compile(loss="categorical_crossentropy")
model.fit(jnp.ones((8, 3)), jnp.ones((8,), dtype=int))

#: probabilities for a loss of logits
model = keras.Sequential([keras.Input((3,)), layers.Dense(5, activation="softmax")])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(jnp.ones((8, 3)), jnp.ones((8,), dtype=int))

#: logits for a loss of probabilities
model = keras.Sequential([keras.Input((3,)), layers.Dense(5)])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(jnp.ones((8, 3)), jnp.ones((8,), dtype=int))

#: targets of another shape
model = keras.Sequential([keras.Input((3,)), layers.Dense(5)])
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((8, 4)))

#: inputs of another shape
model.compile(loss="mse")
model.fit(jnp.ones((8, 4)), jnp.ones((8, 1)))

#: rows that do not pair up
model.compile(loss="mse")
model.fit(jnp.ones((8, 3)), jnp.ones((9, 1)))

#: an optimizer's class, options and names
keras.optimizers.SGD("fast")
keras.optimizers.SGD(lr=0.1)
keras.optimizers.SGD(0.1, clipnorm=1.0, clipvalue=2.0)
keras.optimizers.Adam(gradient_accumulation_steps=1)
keras.optimizers.Lion(beta_1=2.0)
keras.optimizers.AdamW().exclude_from_weight_decay(var_list=[1])
keras.optimizers.AdamW().exclude_from_weight_decay(var_names=3)
keras.optimizers.get("adan")
keras.optimizers.get(3)
keras.optimizers.get(keras.optimizers.Adam)

#: what optimizers are given
optimizer = keras.optimizers.SGD(0.1)
optimizer.iterations = 3
optimizer.apply_gradients([1, 2])
optimizer.build([3])
optimizer.apply([jnp.ones((3, 1)), jnp.ones(1)])
optimizer.build(model.trainable_variables)
other = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
optimizer.apply([jnp.ones((3, 2)), jnp.ones(2)], other.trainable_variables)
decay = keras.optimizers.AdamW()
decay.build(model.trainable_variables)
decay.exclude_from_weight_decay(var_names=["bias"])

#: variables
v = keras.Variable("zeros")
v = keras.Variable("zeros", shape="wide")
v = keras.Variable(print)
v = keras.Variable(jnp.ones(3))
v.assign(jnp.ones((2, 2)))
v.shape = (2,)
v.assign_add("a")

#: scopes of variables
v = keras.Variable(jnp.ones(3))
keras.StatelessScope(state_mapping=[v])
keras.StatelessScope(state_mapping=[(1, 2)])
keras.StatelessScope(state_mapping=[(v, jnp.ones(2))])
with keras.StatelessScope() as scope:
    scope.get_current_value(3)
    scope.add_update(3)

#: a training step that gives back something else
class Custom(keras.Model):
    def train_step(self, state, data):
        return 3
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a training step of TensorFlow
class Custom(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x))
        return {"loss": loss}
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a training step whose log is a row
class Custom(keras.Model):
    def train_step(self, state, data):
        return {"loss": data[0]}, state
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a training step that loses variables
class Custom(keras.Model):
    def train_step(self, state, data):
        trainable, non_trainable, optimizer, metrics = state
        return {"loss": 1.0}, (trainable[:1], non_trainable, optimizer, metrics)
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a prediction step that gives one thing
class Custom(keras.Model):
    def predict_step(self, state, data):
        return 3
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: metrics of a model that are none
class Custom(keras.Model):
    @property
    def metrics(self):
        return [3]
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a loss of its own without targets
class Custom(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x=x, y_pred=y_pred)
x = keras.Input((3,))
custom = Custom(x, layers.Dense(1)(x))
custom.compile(loss="mse", optimizer="sgd")
custom.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: a model without sizes
model = keras.Sequential([keras.Input((None, 3)), layers.Dense(1)])
model.compile(loss="mse")

#: a model that gives no tensor
class Pair(keras.Model):
    def call(self, x):
        return "out"
pair = Pair()
pair(jnp.ones((2, 3)))

#: an initializer of another shape
class Mine(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(3, 2), initializer=lambda shape, dtype=None: jnp.ones((2, 2)))
    def call(self, x):
        return x @ self.w
model = keras.Sequential([keras.Input((3,)), Mine()])

#: a step of an optimizer outside of functions
import jax.numpy as jnp
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD(0.1)
optimizer.apply([jnp.ones((3, 2)), jnp.ones(2)], model.trainable_variables)

#: a step of a variable before the optimizer is built
keras.optimizers.Lion().update_step(jnp.ones(3), keras.Variable(jnp.ones(3)), 0.1)

#: variables of a metric that nothing resets
class Counting(keras.metrics.MeanSquaredError):
    def __init__(self):
        super().__init__(name="counting")
        self.batches = self.add_variable((), "zeros", name="batches")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.batches.assign_add(1.0)
        super().update_state(y_true, y_pred, sample_weight)
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile(loss="mse", metrics=[Counting()])
model.fit(jnp.ones((8, 3)), jnp.ones((8, 1)))

#: results of what has seen nothing
import keras
print(keras.metrics.F1Score().result())
