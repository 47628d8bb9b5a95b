//! Keramos compiles Keras-style model files ahead of time into artifacts that train and predict
//! without Python.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let source = std::fs::read_to_string("model.py")?;
//! let artifact = keramos::compile(&source)?;
//! let session = keramos::Session::new(keramos::Platform::Cpu)?;
//! let mut model = session.load(artifact);
//! let x = keramos::HostTensor::from_values(vec![1, 4], &[1.0f32, 2.0, 3.0, 4.0])?;
//! let y = model.predict(&[x])?;
//! # Ok(())
//! # }
//! ```
//!
//! The way of a model through the crates (`ARCHITECTURE.md` tells more):
//!
//! 1. [`frontend`] parses and evaluates the file and traces its entry points into [`ir`],
//! 2. [`ir::passes`] simplify them,
//! 3. [`lowering`] turns each into a StableHLO module,
//! 4. this crate packages them as an [`Artifact`] and, where a plugin is at hand, compiles them for it,
//! 5. [`runtime`] loads artifacts into sessions, trains and predicts.

mod compiler;
mod error;
mod files;
mod package;
mod stage;
mod work;

pub use keramos_artifact as artifact;
pub use keramos_frontend as frontend;
pub use keramos_ir as ir;
pub use keramos_lowering as lowering;
pub use keramos_runtime as runtime;

pub use artifact::Artifact;
pub use compiler::Compiler;
pub use error::CompileError;
pub use files::files_beside;
pub use runtime::{HostTensor, Model, Platform, Session};
pub use stage::Stage;

/// Compiles the text of a model file to a portable artifact (StableHLO only; [`Compiler`] offers
/// executables, weights, batch sizes and more).
///
/// # Errors
/// [`CompileError::Source`] with all diagnostics if the file has errors.
pub fn compile(source: &str) -> Result<Artifact, CompileError> {
    Compiler::new().compile("model.py", source)
}
