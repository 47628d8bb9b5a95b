"""A neural radiance field: a Keras network says colour and density of points in space, and rays are rendered from it.

Each ray is sampled at jittered depths; colours are summed with the weight of what is not hidden by what lies before.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(111)

POS_ENCODE_DIMS = 4
NUM_SAMPLES = 12
NEAR, FAR = 2.0, 6.0


def encode_position(x):
    """The point itself, and sines and cosines of its coordinates at doubled frequencies."""
    positions = [x]
    for i in range(POS_ENCODE_DIMS):
        for fn in [jnp.sin, jnp.cos]:
            positions.append(fn(2.0**i * x))
    return jnp.concatenate(positions, axis=-1)


def get_nerf_model(num_layers=4, width=32):
    inputs = keras.Input(shape=(2 * 3 * POS_ENCODE_DIMS + 3,))
    x = inputs
    for i in range(num_layers):
        x = layers.Dense(units=width, activation="relu")(x)
        if i % 4 == 2:
            # The input again, half way.
            x = layers.concatenate([x, inputs], axis=-1)
    return keras.Model(inputs=inputs, outputs=layers.Dense(units=4)(x))


nerf = get_nerf_model()
optimizer = keras.optimizers.Adam(5e-4)
optimizer.build(nerf.trainable_variables)


def render(variables, origins, directions, key):
    """Colours (rays, 3), depths and opacities of rays."""
    num_rays = origins.shape[0]
    t_vals = jnp.linspace(NEAR, FAR, NUM_SAMPLES)
    t_vals = t_vals + jax.random.uniform(key, (num_rays, NUM_SAMPLES)) * (FAR - NEAR) / NUM_SAMPLES
    points = origins[:, None, :] + directions[:, None, :] * t_vals[..., None]
    encoded = encode_position(points.reshape(-1, 3))
    predictions, _ = nerf.stateless_call(variables, [], encoded)
    predictions = predictions.reshape(num_rays, NUM_SAMPLES, 4)

    rgb = jax.nn.sigmoid(predictions[..., :3])
    sigma = jax.nn.relu(predictions[..., 3])
    delta = jnp.diff(t_vals, axis=-1, append=1e10)
    alpha = 1.0 - jnp.exp(-sigma * delta)
    transmittance = jnp.cumprod(1.0 - alpha + 1e-10, axis=-1)
    transmittance = jnp.roll(transmittance, 1, axis=-1).at[:, 0].set(1.0)
    weights = alpha * transmittance
    return jnp.sum(weights[..., None] * rgb, axis=-2), jnp.sum(weights * t_vals, axis=-1), weights.sum(axis=-1)


def psnr(mse):
    return -10.0 * jnp.log10(mse)


@jax.jit
def train_step(state, batch):
    variables, optimizer_variables, key = state
    origins, directions, pixels = batch
    key, ray_key = jax.random.split(key)

    def loss_fn(variables):
        rgb, _, _ = render(variables, origins, directions, ray_key)
        return jnp.mean(jnp.square(pixels - rgb))

    loss, grads = jax.value_and_grad(loss_fn)(variables)
    variables, optimizer_variables = optimizer.stateless_apply(optimizer_variables, grads, variables)
    return {"loss": loss, "psnr": psnr(loss)}, (variables, optimizer_variables, key)


def rays_to_a_ball(count, seed):
    """Rays from a camera on the z axis; those that meet the unit ball are coloured by where they meet it."""
    rng = np.random.default_rng(seed)
    directions = np.concatenate([rng.uniform(-0.4, 0.4, size=(count, 2)), -np.ones((count, 1))], axis=1)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    origins = np.tile([0.0, 0.0, 4.0], (count, 1))
    b = np.sum(origins * directions, axis=1)
    discriminant = b**2 - 15.0
    t = -b - np.sqrt(np.maximum(discriminant, 0.0))
    hit = discriminant > 0
    colours = np.where(hit[:, None], 0.5 + 0.5 * (origins + t[:, None] * directions), 0.0)
    return tuple(a.astype("float32") for a in (origins, directions, colours))


origins, directions, pixels = rays_to_a_ball(256, seed=6)
state = ([v.value for v in nerf.trainable_variables], [v.value for v in optimizer.variables], jax.random.PRNGKey(0))
for epoch in range(2):
    for i in range(0, 256, 32):
        batch = (origins[i : i + 32], directions[i : i + 32], pixels[i : i + 32])
        logs, state = train_step(state, batch)
    print(epoch, {name: float(value) for name, value in logs.items()})
