"""A function of Haiku's modules, trained as its tutorial does."""
import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import optax

net = hk.without_apply_rng(hk.transform(lambda x: hk.nets.MLP([8, 4])(x)))
tx = optax.sgd(0.1)
params = net.init(jax.random.PRNGKey(0), jnp.ones((1, 3)))
opt_state = tx.init(params)


@jax.jit
def train_step(params, opt_state, x, y):
    loss_fn = lambda params: optax.softmax_cross_entropy_with_integer_labels(net.apply(params, x), y).mean()
    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = tx.update(grads, opt_state)
    return optax.apply_updates(params, updates), opt_state, loss


xs, ys = np.load("x.npy"), np.load("y.npy")
for x, y in zip(xs, ys):
    params, opt_state, loss = train_step(params, opt_state, x, y)
