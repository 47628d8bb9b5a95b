//! `jax.lax`: the primitives by name, with JAX's strictness: operands are not promoted, and only scalars are broadcast.

mod arguments;
pub(crate) mod contractions;
mod convolutions;
mod custom_reductions;
mod elementwise;
mod indexing;
mod linalg;
mod patches;
mod random;
mod records;
mod reductions;
mod refused;
mod shapes;
mod slicing;
mod sorting;
mod static_shapes;
mod trees;

use crate::modules::{Contents, modules};

modules! {
    /// `jax.lax`.
    LAX = Contents {
        classes: &[records::CLASSES],
        tensor_tables: &[
            elementwise::ONE,
            elementwise::TWO,
            elementwise::OTHERS,
            shapes::FUNCTIONS,
            slicing::FUNCTIONS,
            indexing::FUNCTIONS,
            reductions::ELEMENTARY,
            reductions::RUNNING,
            reductions::OTHERS,
            custom_reductions::FUNCTIONS,
            sorting::FUNCTIONS,
            contractions::FUNCTIONS,
            convolutions::FUNCTIONS,
            patches::FUNCTIONS,
            random::FUNCTIONS,
            refused::LAX,
            linalg::COMPLEX,
            trees::TREES,
            trees::CALLS,
            crate::jax::control::TABLES[0],
            crate::jax::control::TABLES[1],
            crate::jax::control::TABLES[2],
            crate::jax::control::TABLES[3],
            crate::jax::control::TABLES[4],
            crate::jax::control::TABLES[5],
        ],
        python: &[shapes::STATIC, convolutions::STATIC, static_shapes::FUNCTIONS],
        values: records::value,
        value_names: records::VALUE_NAMES,
        written: &[include_str!("../../packages/jax/lax.py")],
        refused: refused::NAMES,
        ..Contents::new("jax.lax")
    };
    /// `jax.lax.linalg`.
    LINALG = Contents {
        tensor_tables: &[linalg::MATRICES, refused::LINALG],
        written: &[include_str!("../../packages/jax/lax_linalg.py")],
        refused: refused::LINALG_NAMES,
        ..Contents::new("jax.lax.linalg")
    };
}
