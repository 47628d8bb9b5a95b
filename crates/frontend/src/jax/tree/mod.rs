//! `jax.tree`, `jax.tree_util` and `jax.flatten_util`.

mod functions;
mod keys;
mod partial;
mod ravel;
mod register;
mod structure;

use crate::library::Refused;
use crate::modules::{Contents, modules};

pub(crate) use keys::path_key;

const ANNOTATION: &str = "it is a type for annotations, which are not evaluated";
const ONE_LEVEL: &str = "flatten the tree with `is_leaf`, which may stop anywhere";

const REFUSED: &[Refused] = &[
    Refused { name: "KeyEntry", why: ANNOTATION },
    Refused { name: "KeyPath", why: ANNOTATION },
    Refused { name: "PyTreeDef", why: ANNOTATION },
    Refused { name: "default_registry", why: ONE_LEVEL },
    Refused { name: "flatten_one_level", why: ONE_LEVEL },
    Refused { name: "flatten_one_level_with_keys", why: ONE_LEVEL },
    Refused { name: "is_tree_node", why: ONE_LEVEL },
];

modules! {
    /// `jax.tree`.
    TREE = Contents {
        python: &[functions::SHORT],
        refused: &[Refused { name: "static", why: "give the field's name in `meta_fields` of jax.tree_util.register_dataclass" }],
        ..Contents::new("jax.tree")
    };
    /// `jax.tree_util`.
    TREE_UTIL = Contents {
        python: &[functions::LONG, register::FUNCTIONS, keys::FUNCTIONS, partial::FUNCTIONS],
        refused: REFUSED,
        ..Contents::new("jax.tree_util")
    };
    /// `jax.flatten_util`.
    FLATTEN_UTIL = Contents { tensor_functions: &[ravel::FUNCTIONS], ..Contents::new("jax.flatten_util") };
}
