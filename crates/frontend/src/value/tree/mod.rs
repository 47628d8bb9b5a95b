//! Trees of values, as `jax.tree` sees them.
//!
//! Tuples, lists, dicts (in the order of their sorted keys), named tuples, `None` (a node without
//! children) and what the program registers are nodes; everything else is a leaf. [`TreeDef`] is the
//! shape of a tree without its leaves.
//!
//! [`Value::map_leaves`] and its like in `nested` are the plainer walk of the evaluator itself: tuples,
//! lists and dicts in their own order, with `None` as a leaf.

mod def;
mod flatten;
mod nested;
mod path;
mod prefix;
mod registry;

pub use def::ObjectNode;
pub(crate) use def::{Kind, TreeDef};
pub(crate) use path::{Path, PathKey};
pub(crate) use prefix::{Names, difference};
pub(crate) use registry::{Registration, Registry, Unpacking};
