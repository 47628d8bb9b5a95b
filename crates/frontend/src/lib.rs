//! The front half of the Keramos compiler: from the text of a model file to the IR.
//!
//! [`syntax`] turns the text into a tree; [`interp`] runs the tree at compile time, in which the
//! [`keras`] library traces tensors ([`trace`]) into IR functions; [`program`] is what comes out.
//! [`diagnostics`] is the one way in which every part tells its user that something is wrong.
//! Nothing here does I/O.

mod compile;
pub mod diagnostics;
mod error;
mod files;
mod fuel;
pub mod interp;
pub(crate) mod jax;
pub mod keras;
pub mod library;
pub mod modules;
pub mod ops;
pub mod program;
pub mod reference;
pub mod syntax;
pub mod trace;
pub mod value;

pub use compile::{Compilation, Options, compile};
pub use error::{Error, Result};
pub use files::{File, imports};
