"""A convolutional net of stax, trained with an optimizer of jax.example_libraries, in the form of JAX's own examples."""

import jax.numpy as jnp
import numpy as np
from jax import jit, random, value_and_grad
from jax.example_libraries import optimizers, stax
from jax.example_libraries.stax import AvgPool, BatchNorm, Conv, Dense, FanInSum, FanOut, Flatten, Identity, LogSoftmax, Relu

data = np.load("labels.npz")


def block(width):
    main = stax.serial(Conv(width, (2, 2), padding="SAME"), BatchNorm(), Relu, Conv(width, (2, 2), padding="SAME"))
    return stax.serial(FanOut(2), stax.parallel(main, Identity), FanInSum, Relu)


init_random_params, predict = stax.serial(
    Conv(4, (2, 2), padding="SAME"), block(4), AvgPool((2, 2), padding="SAME"), Flatten, Dense(3), LogSoftmax
)


def loss(params, batch):
    inputs, targets = batch
    predictions = predict(params, inputs.reshape((-1, 2, 2, 1)))
    return -jnp.mean(predictions[jnp.arange(targets.shape[0]), targets])


opt_init, opt_update, get_params = optimizers.nesterov(0.1, mass=0.9)


@jit
def update(i, opt_state, batch):
    params = get_params(opt_state)
    value, gradients = value_and_grad(loss)(params, batch)
    return opt_update(i, optimizers.clip_grads(gradients, 1.0), opt_state), value


_, init_params = init_random_params(random.PRNGKey(0), (-1, 2, 2, 1))
opt_state = opt_init(init_params)

history = {"value": []}
for epoch in range(3):
    values = []
    for start in range(0, 72, 12):
        batch = (data["x_train"][start : start + 12], data["y_train"][start : start + 12])
        opt_state, value = update(epoch, opt_state, batch)
        values.append(value)
    history["value"].append(float(np.mean(values)))
