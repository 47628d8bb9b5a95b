"""A convolutional net of Flax linen, trained as its tutorial does."""
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax.training import train_state


class CNN(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Conv(features=4, kernel_size=(3, 3))(x))
        x = nn.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
        return nn.Dense(features=10)(x.reshape((x.shape[0], -1)))


@jax.jit
def train_step(state, image, label):
    def loss_fn(params):
        logits = state.apply_fn({"params": params}, image)
        return optax.softmax_cross_entropy_with_integer_labels(logits, label).mean()

    loss, grads = jax.value_and_grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads), loss


model = CNN()
params = model.init(jax.random.key(0), jnp.ones((1, 8, 8, 1)))["params"]
state = train_state.TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1, momentum=0.9))
images, labels = np.load("images.npy"), np.load("labels.npy")
for epoch in range(3):
    for i in range(len(images) // 16):
        state, loss = train_step(state, images[i * 16 : (i + 1) * 16], labels[i * 16 : (i + 1) * 16])
