//! Runs Keramos artifacts: sessions on PJRT devices, the training loop, data and weights files.
//!
//! The `keramos-run` binary is a thin layer over this library. Neither links the compiler.

pub mod data;
mod error;
pub mod tensor;
pub mod weights;

pub use error::{DataError, Error};
pub use tensor::HostTensor;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;
