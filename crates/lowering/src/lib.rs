//! Lowering: IR functions to StableHLO modules, through MLIR.
//!
//! [`lower`] takes an entry function, lets every primitive emit its StableHLO form
//! ([`keramos_ir::Primitive::lower`]) into an MLIR module, verifies it and writes it as text or
//! bytecode. Every operation carries its place in the model file and its layer path as MLIR locations.
//!
//! # What MLIR knows about StableHLO here
//!
//! The StableHLO dialect is a C++ library that LLVM does not ship, so its operations are
//! *unregistered*: MLIR checks structure (types of uses, blocks, terminators, symbols, calls) and keeps attributes
//! such as `#stablehlo.dot<…>` as opaque text; the PJRT plugin, which has the dialect, checks the rest.
//!
//! MLIR's canonicaliser and CSE run on every module (2.5 ms for 9600 operations). They leave
//! unregistered operations alone, as those might have side effects, so what they clean up is the builtin part:
//! functions and calls. (Symbol-DCE refuses modules with unregistered regions.) The IR's own passes simplify before lowering, and equal operations of a block
//! are merged as they are emitted ([`Stats::merged`]).
//!
//! Describing the operations in IRDL, MLIR's language for dialects defined at run time, was tried and
//! rejected. It loads in under 1 ms and finds wrong operand counts and missing attributes, but
//! - once the dialect is registered, `#stablehlo.dot<…>` must be one of its attributes, and IRDL cannot
//!   describe their syntax, so the text that plugins need no longer parses;
//! - its operations have no traits, so canonicaliser and CSE still leave them alone;
//! - it needs all of MLIR's dialects linked: a binary of 114 MB instead of 17 MB.
//!
//! Text or bytecode: both are read by CPU plugins of API versions 0.81 and 0.115. Bytecode of 9600 operations with
//! locations is written in 3.6 ms (text: 16 ms), read in a third of the time and a tenth of the size.

mod context;
mod emit;
mod error;
mod program;
#[cfg(test)]
mod tests;

pub use error::LoweringError;
pub use program::{Argument, Format, Lowered, Options, Program, Stats, lower};
