//! The front half of the Keramos compiler: from the text of a model file to the IR.
//!
//! [`syntax`] turns the text into a tree; [`diagnostics`] is the one way in which every part of the
//! frontend tells its user that something is wrong. Nothing here does I/O.

pub mod diagnostics;
pub mod syntax;
