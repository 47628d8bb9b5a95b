# jax.scipy.cluster.vq.
import jax.numpy as jnp


def vq(obs, code_book, check_finite=True):
    """For each observation the nearest code, and how far it is."""
    obs, codes = jnp.asarray(obs), jnp.asarray(code_book)
    dtype = jnp.result_type(obs, codes, 0.0)
    obs, codes = obs.astype(dtype), codes.astype(dtype)
    if obs.ndim != codes.ndim or obs.ndim not in (1, 2):
        raise ValueError(f"vq() needs observations and codes of one rank, 1 or 2, found {obs.shape} and {codes.shape}")
    if obs.ndim == 1:
        obs, codes = obs[:, None], codes[:, None]
    distances = jnp.linalg.norm(obs[:, None] - codes[None], axis=-1)
    nearest = jnp.argmin(distances, axis=-1)
    return nearest, jnp.take_along_axis(distances, nearest[:, None], axis=-1)[:, 0]
