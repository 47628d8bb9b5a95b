//! The `.kar` artifact: a model compiled ahead of time, in one file.
//!
//! An artifact holds a [`Manifest`] (what the model is and how its programs are called), the
//! StableHLO code of each program, executables already compiled for named targets, and the
//! weights, stored once. This crate reads and writes the file; it knows neither the compiler's
//! IR nor the PJRT interface.
//!
//! ```text
//! prelude   32 bytes   magic, format version, checksum, header length, section count, file length
//! info      variable   compiler version, StableHLO version, required features
//! table     24 bytes   per section: kind, checksum, offset, length
//! sections  64-aligned manifest, programs…, executables…, weights
//! ```
//!
//! The i-th program section belongs to `manifest.programs[i]`, the i-th executable section to
//! `manifest.executables[i]`; there is one manifest, first, and at most one weights section, last.
//!
//! Invariants:
//! - Nothing is read before the header has been checked; no length in a file is trusted, so a
//!   damaged file is a typed [`ArtifactError`], never a panic or an allocation larger than the file.
//! - The bytes written depend on nothing but what was put in: no times, no paths, no hash order.
//! - Saving never damages a file that was there before ([`atomic`]).

pub mod atomic;
mod builder;
mod dtype;
mod error;
mod header;
pub mod manifest;
mod reader;
mod shape;
mod shared;
mod weights;

pub use builder::ArtifactBuilder;
pub use dtype::DType;
pub use error::{ArtifactError, Fault};
pub use header::{BuildInfo, FEATURE_FUNCTIONS, FEATURE_STACKS, FORMAT_VERSION, MAGIC, Section, SectionKind};
pub use manifest::{
    Adaptation, Callback, CodeFormat, Entry, ExecutableInfo, History, LayerSummary, LayerWork, Manifest, Monitor, Plan,
    Port, PortKind, Program, Role, Step, StoredTensor, Target, TrainingConfig, ValidationFreq, Variable, Work,
};
pub use reader::Artifact;
pub use shape::as_tuple;
pub use shared::{Holder, Shared};
pub use weights::{WEIGHT_ALIGNMENT, Weights};
