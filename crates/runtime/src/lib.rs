//! Runs Keramos artifacts: sessions on PJRT devices, the training loop, data and weights files.
//!
//! The `keramos-run` binary is a thin layer over this library. Neither links the compiler.

pub mod bench;
pub mod cache;
pub mod call;
pub mod data;
pub mod dataset;
mod error;
mod evaluate;
mod feed;
pub mod fingerprint;
pub mod memory;
mod model;
pub mod numbers;
mod open;
mod options;
pub mod plugins;
mod predict;
pub mod profile;
mod session;
pub mod stablehlo;
pub mod table;
pub mod targets;
pub mod tensor;
pub mod train;
pub mod weights;

pub use call::CallError;
pub use dataset::Dataset;
pub use error::{DataError, Error};
pub use evaluate::Logs;
pub use keramos_artifact as artifact;
pub use keramos_pjrt as pjrt;
pub use keramos_pjrt::Platform;
pub use model::Model;
pub use open::open;
pub use session::{Session, SessionOptions};
pub use tensor::HostTensor;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;
