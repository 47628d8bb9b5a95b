//! `jax.random`: keys and samplers.
//!
//! Keys are `u32[2]` tensors, raw as `PRNGKey` makes them or inside a typed [`keys::KeyArray`]. The samplers
//! are declared here by what they are called with; what they compute is in `ops::random`.

mod arguments;
mod continuous;
mod counts;
mod keys;
mod order;
mod shapes;

pub(crate) use keys::KeyType;
pub(crate) use keys::key as sampler_key;

use crate::library::Refused;
use crate::modules::{Contents, modules};

const REFUSED: &[Refused] = &[
    Refused { name: "*_p", why: "it is JAX's own record of an operation: call the function of that name" },
    Refused { name: "key_dtype", why: "make keys with jax.random.key, and ask them for their dtype" },
];

modules! {
    /// `jax.random`.
    RANDOM = Contents {
        tensor_tables: &[keys::FUNCTIONS, continuous::FUNCTIONS, shapes::FUNCTIONS, counts::FUNCTIONS, order::FUNCTIONS],
        refused: REFUSED,
        ..Contents::new("jax.random")
    };
}
