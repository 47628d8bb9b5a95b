# What programs print of Keras's objects and numbers.
import keras
import numpy as np
from keras import ops
from keras.src import losses as losses_of_src

# Numbers that are drawn without a seed come from one generator that all such calls share.
keras.utils.set_random_seed(0)
print(keras.random.normal((1, 2)), keras.random.normal((1, 2)), keras.random.uniform((2,)))
print(keras.random.randint((3,), 0, 100))
keras.utils.set_random_seed(3)
print(keras.random.randint((4,), 0, 100), keras.random.randint((4,), 0, 100))
generator = keras.random.SeedGenerator(11)
print(generator.next(), generator.next(), generator.next(ordered=False), generator.next(ordered=False))

# Names begin anew.
keras.backend.clear_session()
layers = [keras.layers.Dense(10) for _ in range(3)]
print(keras.layers.Dense(10).name)
keras.backend.clear_session()
print(keras.layers.Dense(10).name)

# Lists are as good as arrays.
print(keras.activations.relu([-10, -5, 0.0, 5, 10]), keras.activations.relu([-2.0, 4.0], negative_slope=0.5))
y_true, y_pred = [[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]]
print(losses_of_src.huber(y_true, y_pred), keras.losses.log_cosh(y_true, y_pred))
print(keras.losses.BinaryCrossentropy()(y_true, y_pred, sample_weight=[0.8, 0.2]))
print(keras.losses.dice(y_true, y_pred), keras.losses.Tversky()(y_true, y_pred))
print(keras.losses.cosine_similarity([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]], axis=-1))

# Arrays of NumPy and of JAX, and complex numbers.
print(repr(np.arange(6).reshape(2, 3)), repr(np.array([1.5, 2.0])), [np.array([1, 2])], repr(np.zeros((0, 3))))
print(repr(ops.arange(3)), repr(ops.ones((2,))), repr(np.mean([1.0, 2.0])))
print(repr(ops.view_as_complex(np.array([[1.0, 2.0], [3.0, -4.25]], "float32"))))
print(ops.view_as_complex(np.array([[[-1.5, 20.0], [3.0, -4.25]]], "float32")))
print(ops.view_as_complex(np.array([0.1, 2.0], "float32")))
print(ops.unstack(np.array([[1, 2], [3, 4]])))

# What constructors were given.
decay = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5, staircase=True)
print(decay.initial_learning_rate, decay.decay_steps, decay.decay_rate, decay.staircase, decay.name)
cosine = keras.optimizers.schedules.CosineDecay(0.1, 50, warmup_steps=5, warmup_target=1.0)
print(cosine.decay_steps, cosine.alpha, cosine.warmup_steps, cosine.warmup_target)
print(keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2, 0.3]).boundaries)
uniform = keras.initializers.RandomUniform(minval=-1, maxval=1)
print(uniform.get_config(), uniform.maxval, keras.initializers.HeNormal(seed=3).get_config())
print(keras.initializers.VarianceScaling(2.0, "fan_out").mode, keras.losses.CategoricalCrossentropy(True).from_logits)
print(keras.metrics.Accuracy(), keras.metrics.CategoricalCrossentropy(name="cce"), keras.metrics.MeanIoU(2))


# A cell without `output_size` gives what its state holds.
class Cell(keras.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="kernel")
        self.again = self.add_weight(shape=(self.units, self.units), initializer="ones", name="recurrent_kernel")

    def call(self, inputs, states):
        output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.again)
        return output, [output]


stack = keras.layers.RNN([Cell(3), Cell(4)])
print(stack(keras.Input((None, 5))).shape, [weight.shape for weight in stack.weights])
