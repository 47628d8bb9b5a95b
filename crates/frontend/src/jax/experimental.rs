//! `jax.experimental`: what of it is a function on arrays.

use crate::library::Refused;
use crate::modules::{Contents, modules};

const REFUSED: &[Refused] = &[
    Refused { name: "io_callback", why: "a compiled program calls no Python" },
    Refused {
        name: "pallas",
        why: "kernels are written for one device; write the computation with jax.numpy and jax.lax",
    },
    Refused { name: "mesh_utils", why: "an artifact runs on one device" },
    Refused { name: "shard_map", why: "an artifact runs on one device; use jax.vmap" },
    Refused { name: "sparse", why: "StableHLO has no sparse arrays; use dense ones, or indices with x.at[i].add" },
];

modules! {
    /// `jax.experimental`.
    EXPERIMENTAL = Contents { refused: REFUSED, ..Contents::new("jax.experimental") };
    /// `jax.experimental.ode`.
    ODE = Contents {
        written: &[include_str!("../packages/jax/experimental_ode.py")],
        ..Contents::new("jax.experimental.ode")
    };
}
