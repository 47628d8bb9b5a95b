//! Linear algebra over the matrices of the last two dimensions.
//!
//! StableHLO has the Cholesky factorization and triangular solves; XLA expands the custom calls `Qr`,
//! `ProductOfElementaryHouseholderReflectors` and `Eigh` on its backends; the others are compositions.
//! Derivatives are JAX's formulas.

mod cholesky;
mod dense;
mod eigh;
mod lu;
mod matrix;
mod qr;
mod solve;
mod svd;
mod triangular_solve;

pub use cholesky::Cholesky;
pub use eigh::Eigh;
pub use lu::Lu;
pub use qr::Qr;
pub use svd::Svd;
pub use triangular_solve::TriangularSolve;
