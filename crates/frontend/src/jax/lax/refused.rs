//! Functions of `jax.lax` that a compiled program cannot have, each with the reason.

use crate::error::Error;
use crate::interp::builtins::functions;
use crate::library::{FunctionDecl, Refused};

macro_rules! refused {
    ($($name:literal, $why:literal, $help:literal;)*) => {
        functions! {
            $($name [(*operands) (**options)] "Not available." => |_, args| {
                Err(Error::unsupported(format!("jax.lax.{}", args.function())).note($why).help($help))
            };)*
        }
    };
}

/// Functions of `jax.lax`.
pub(super) static LAX: &[FunctionDecl] = refused! {
    "after_all", "tokens order effects of a running process; a compiled program is a pure function", "leave the token out; use lax.optimization_barrier to order computations";
    "create_token", "tokens order effects of a running process; a compiled program is a pure function", "leave the token out; use lax.optimization_barrier to order computations";
    "dce_sink", "what a compiled program does not return is not computed", "return the value";
    "index_take", "it promises indices in range and leaves the rest undefined", "use jnp.take or x[indices]";
    "psend", "it talks between devices, and an artifact runs on one", "use lax.ppermute under vmap with axis_name";
    "precv", "it talks between devices, and an artifact runs on one", "use lax.ppermute under vmap with axis_name";
    "pbroadcast", "it talks between devices, and an artifact runs on one; JAX itself does not have it under vmap", "use lax.all_gather and pick the example";
    "ragged_all_to_all", "it talks between devices, and an artifact runs on one; JAX itself does not have it under vmap", "use lax.all_to_all with pieces of one size";
    "ragged_dot_general", "only the form of lax.ragged_dot is available", "use lax.ragged_dot";
    "rng_uniform", "its numbers depend on a generator hidden in the device and differ from run to run", "use jax.random.uniform with a key";
    "scaled_dot", "its scales have the type float8_e8m0fnu, which stock plugins do not run", "multiply by the scales and use lax.dot_general";
};

/// Functions of `jax.lax.linalg`.
pub(super) static LINALG: &[FunctionDecl] = refused! {
    "eig", "StableHLO has no operation for eigenvectors of general matrices; JAX calls LAPACK, which plugins other than JAX's own do not carry", "use eigh where the matrix is symmetric or Hermitian";
    "hessenberg", "StableHLO has no operation for it; JAX calls LAPACK, which plugins other than JAX's own do not carry", "use qr or eigh";
    "schur", "StableHLO has no operation for it; JAX calls LAPACK, which plugins other than JAX's own do not carry", "use eigh where the matrix is symmetric or Hermitian";
    "tridiagonal", "StableHLO has no operation for it; JAX calls LAPACK, which plugins other than JAX's own do not carry", "use eigh";
    "cholesky_update", "StableHLO has no operation for it", "add the outer product to the matrix and use cholesky";
    "qdwh", "the number of its steps depends on the matrix's values, and its results on the device", "use svd: the polar factor is U·Vᴴ";
};

const PRIMITIVE: &str = "it is JAX's own record of an operation: call the function of that name";
const ANNOTATION: &str = "it is a type for annotations, which are not evaluated";
const ALGORITHM: &str = "how products are computed is the plugin's choice; give `precision`";
const ROUTINE: &str = "it chooses among programs of one platform; leave the argument out";

/// What else `jax.lax` has.
pub(super) const NAMES: &[Refused] = &[
    Refused { name: "*_p", why: PRIMITIVE },
    Refused { name: "AccuracyMode", why: ALGORITHM },
    Refused { name: "Tolerance", why: ALGORITHM },
    Refused { name: "DotAlgorithm", why: ALGORITHM },
    Refused { name: "DotAlgorithmPreset", why: ALGORITHM },
    Refused { name: "ConvGeneralDilatedDimensionNumbers", why: ANNOTATION },
    Refused { name: "DotDimensionNumbers", why: ANNOTATION },
    Refused { name: "PrecisionLike", why: ANNOTATION },
    Refused { name: "RaggedDotDimensionNumbers", why: "only the form of lax.ragged_dot is available" },
];

/// What else `jax.lax.linalg` has.
pub(super) const LINALG_NAMES: &[Refused] = &[
    Refused { name: "*_p", why: PRIMITIVE },
    Refused { name: "EigImplementation", why: ROUTINE },
    Refused { name: "EighImplementation", why: ROUTINE },
    Refused { name: "SvdAlgorithm", why: ROUTINE },
];
