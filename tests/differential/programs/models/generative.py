"""Models of distributions: variational, adversarial, by diffusion, by flows; and fields of coordinates."""

import jax
import jax.numpy as jnp
from jax import lax


def variational_loss(p, key, x):
    """Reconstruction and divergence of an autoencoder with Gaussian codes."""
    hidden = jnp.tanh(x @ p["encode"])
    mean, log_variance = hidden @ p["mean"], hidden @ p["variance"]
    code = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
    logits = jnp.tanh(code @ p["decode"]) @ p["out"]
    likelihood = jnp.sum(x * jax.nn.log_sigmoid(logits) + (1 - x) * jax.nn.log_sigmoid(-logits), axis=-1)
    divergence = 0.5 * jnp.sum(mean**2 + jnp.exp(log_variance) - 1 - log_variance, axis=-1)
    return jnp.mean(divergence - likelihood)


#: variational_loss({"encode": normal(4, 3), "mean": normal(3, 2), "variance": normal(3, 2, scale=0.3), "decode": normal(2, 3), "out": normal(3, 4)}, key(1), uniform(0, 1, 5, 4))


def generator(p, z):
    return jnp.tanh(z @ p["g1"]) @ p["g2"]


def critic(p, x):
    return (jax.nn.leaky_relu(x @ p["d1"]) @ p["d2"])[:, 0]


def adversarial_losses(p, key, real):
    fake = generator(p, jax.random.normal(key, (real.shape[0], 2)))
    of_critic = jnp.mean(jax.nn.softplus(-critic(p, real)) + jax.nn.softplus(critic(p, lax.stop_gradient(fake))))
    frozen = {**p, "d1": lax.stop_gradient(p["d1"]), "d2": lax.stop_gradient(p["d2"])}
    return of_critic, jnp.mean(jax.nn.softplus(-critic(frozen, fake)))


#: adversarial_losses({"g1": normal(2, 3), "g2": normal(3, 2), "d1": normal(2, 4), "d2": normal(4, 1)}, key(2), normal(4, 2))


def penalised_critic(p, real, fake, mix):
    """The norm of the critic's gradient between real and made samples shall be one."""
    between = mix[:, None] * real + (1 - mix[:, None]) * fake
    slopes = jax.vmap(jax.grad(lambda x: critic(p, x[None])[0]))(between)
    return jnp.mean(critic(p, fake)) - jnp.mean(critic(p, real)) + jnp.mean((jnp.sqrt(jnp.sum(slopes**2, axis=1)) - 1) ** 2)


#: penalised_critic({"d1": normal(2, 4), "d2": normal(4, 1)}, normal(3, 2), normal(3, 2), uniform(0, 1, 3))


def diffusion_loss(w, key, x):
    """Denoising: predict the noise that was mixed in."""
    at, by = jax.random.split(key)
    t = jax.random.uniform(at, (x.shape[0], 1))
    noise = jax.random.normal(by, x.shape)
    noisy = jnp.cos(t * jnp.pi / 2) * x + jnp.sin(t * jnp.pi / 2) * noise
    guess = jnp.tanh(jnp.concatenate([noisy, t, jnp.sin(6 * t)], axis=-1) @ w["in"]) @ w["out"]
    return jnp.mean((guess - noise) ** 2)


#: diffusion_loss({"in": normal(5, 4), "out": normal(4, 3)}, key(3), normal(4, 3))


def diffusion_sampling(w, key, start):
    def step(x, inputs):
        t, key = inputs
        guess = jnp.tanh(x @ w)
        x = (x - 0.1 * guess) / jnp.sqrt(0.9) + jnp.where(t > 0, 0.3, 0.0) * jax.random.normal(key, x.shape)
        return x, jnp.mean(x)

    return lax.scan(step, start, (jnp.arange(4)[::-1], jax.random.split(key, 4)))


#: diffusion_sampling(normal(3, 3), key(4), normal(2, 3))


def coupling(p, x):
    """A layer of a flow and the logarithm of its volume."""
    a, b = jnp.split(x, 2, axis=-1)
    scale, shift = jnp.tanh(a @ p["s"]), a @ p["t"]
    return jnp.concatenate([b * jnp.exp(scale) + shift, a], axis=-1), jnp.sum(scale, axis=-1)


def flow_density(layers, x):
    total = 0.0
    for p in layers:
        x, volume = coupling(p, x)
        total = total + volume
    return jnp.sum(-0.5 * x**2 - 0.5 * jnp.log(2 * jnp.pi), axis=-1) + total


#: flow_density([{"s": normal(2, 2), "t": normal(2, 2)}, {"s": normal(2, 2), "t": normal(2, 2)}], normal(3, 4))


def flow_volume(layers, x):
    """The volume from the whole Jacobian, which the sum over layers must equal."""
    def through(x):
        for p in layers:
            x = coupling(p, x[None])[0][0]
        return x

    return jnp.linalg.slogdet(jax.jacfwd(through)(x))


#: flow_volume([{"s": normal(2, 2), "t": normal(2, 2)}, {"s": normal(2, 2), "t": normal(2, 2)}], normal(4), tolerance=1e-4, reason="a determinant")


def continuous_flow(w, x):
    """A flow in time: the state and the integral of the trace of the field's Jacobian."""
    field = lambda x: jnp.tanh(w @ x)

    def step(state, _):
        x, volume = state
        return (x + 0.1 * field(x), volume - 0.1 * jnp.trace(jax.jacrev(field)(x))), None

    return lax.scan(step, (x, 0.0), None, length=5)[0]


#: continuous_flow(normal(3, 3), normal(3))


def score_matching(w, x):
    """The loss with the trace of the score's Jacobian."""
    score = lambda x: jnp.tanh(x @ w["in"]) @ w["out"]
    single = lambda x: jnp.trace(jax.jacfwd(score)(x)) + 0.5 * jnp.sum(score(x) ** 2)
    return jnp.mean(jax.vmap(single)(x))


#: score_matching({"in": normal(2, 4), "out": normal(4, 2)}, normal(3, 2))


def positional_encoding(x, octaves):
    angles = x[..., None] * octaves
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1).reshape(*x.shape[:-1], -1)


def radiance(p, points):
    hidden = jax.nn.relu(positional_encoding(points, 2.0 ** jnp.arange(2)) @ p["in"])
    out = hidden @ p["out"]
    return jax.nn.sigmoid(out[..., :3]), jax.nn.softplus(out[..., 3])


def rendered_ray(p, origin, direction):
    """The colour along a ray: what light remains after the densities before."""
    depths = jnp.linspace(0.0, 1.0, 5)
    colour, density = radiance(p, origin + depths[:, None] * direction)
    opacity = 1 - jnp.exp(-density * 0.25)
    remaining = jnp.concatenate([jnp.ones(1), jnp.cumprod(1 - opacity)[:-1]])
    return jnp.sum((remaining * opacity)[:, None] * colour, axis=0), jnp.sum(remaining * opacity * depths)


#: rendered_ray({"in": normal(12, 5), "out": normal(5, 4)}, normal(3), normal(3))


def quantised_code(x, codebook):
    """Nearest codes, with the gradient passed straight through."""
    distance = jnp.sum((x[:, None] - codebook[None]) ** 2, axis=-1)
    code = codebook[jnp.argmin(distance, axis=1)]
    through = x + lax.stop_gradient(code - x)
    return through, jnp.mean((code - lax.stop_gradient(x)) ** 2) + 0.25 * jnp.mean((lax.stop_gradient(code) - x) ** 2)


#: quantised_code(normal(5, 2), normal(3, 2))


def energy_sampling(w, key, x):
    """Langevin steps down the energy, with noise."""
    energy = lambda x: jnp.sum(jnp.log1p(jnp.exp(x @ w))) + 0.5 * jnp.sum(x * x)

    def step(x, key):
        return x - 0.1 * jax.grad(energy)(x) + 0.05 * jax.random.normal(key, x.shape), energy(x)

    return lax.scan(step, x, jax.random.split(key, 4))


#: energy_sampling(normal(3, 2), key(6), normal(3))


def gumbel_softmax(logits, key):
    soft = jax.nn.softmax((logits + jax.random.gumbel(key, logits.shape)) / 0.5)
    hard = jax.nn.one_hot(jnp.argmax(soft, axis=-1), logits.shape[-1])
    return hard + soft - lax.stop_gradient(soft)


#: gumbel_softmax(normal(3, 4), key(7))


def upsampler(p, z):
    """Transposed convolutions from a code to an image."""
    x = jax.nn.relu(z @ p["dense"]).reshape(-1, 2, 2, 3)
    x = lax.conv_transpose(x, p["kernel"], (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return jax.nn.sigmoid(x)


#: upsampler({"dense": normal(4, 12), "kernel": normal(3, 3, 3, 1)}, normal(2, 4))
