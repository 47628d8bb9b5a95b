//! `jax.experimental`: what of it is a function on arrays.

use crate::library::Refused;
use crate::modules::{Contents, modules};

const REFUSED: &[Refused] = &[
    Refused { name: "io_callback", why: "a compiled program calls no Python" },
    Refused {
        name: "pallas",
        why: "kernels are written for one device; write the computation with jax.numpy and jax.lax",
    },
    Refused {
        name: "checkify",
        why: "a compiled program does not raise: give what was wrong back as a result, and look at it where it arrives",
    },
    Refused { name: "random", why: "its generators count as they are used; split keys with jax.random" },
    Refused { name: "sparse", why: "StableHLO has no sparse arrays; use dense ones, or indices with x.at[i].add" },
];

/// Meshes of one device and what is mapped over them.
const ONE_DEVICE: &str = include_str!("../packages/jax/sharding.py");

modules! {
    /// `jax.experimental`.
    EXPERIMENTAL = Contents { refused: REFUSED, ..Contents::new("jax.experimental") };
    /// `jax.sharding`.
    SHARDING = Contents { written: &[ONE_DEVICE], ..Contents::new("jax.sharding") };
    /// `jax.experimental.shard_map`.
    SHARD_MAP = Contents { written: &[ONE_DEVICE], ..Contents::new("jax.experimental.shard_map") };
    /// `jax.experimental.mesh_utils`.
    MESH_UTILS = Contents { written: &[ONE_DEVICE], ..Contents::new("jax.experimental.mesh_utils") };
    /// `jax.errors`.
    ERRORS = Contents { written: &[include_str!("../packages/jax/errors.py")], ..Contents::new("jax.errors") };
    /// `jax.example_libraries`.
    EXAMPLES = Contents::new("jax.example_libraries");
    /// `jax.example_libraries.stax`.
    STAX = Contents {
        written: &[include_str!("../packages/jax/example_libraries/stax.py")],
        ..Contents::new("jax.example_libraries.stax")
    };
    /// `jax.example_libraries.optimizers`.
    OPTIMIZERS = Contents {
        written: &[include_str!("../packages/jax/example_libraries/optimizers.py")],
        ..Contents::new("jax.example_libraries.optimizers")
    };
    /// `jax.experimental.ode`.
    ODE = Contents {
        written: &[include_str!("../packages/jax/experimental_ode.py")],
        ..Contents::new("jax.experimental.ode")
    };
}
