//! From text to tree.
//!
//! ```text
//! text ─layout─▶ logical lines ─grammar.pest, line by line─▶ pairs ─build─▶ lines' trees ─blocks─▶ Module
//! ```
//!
//! `layout` finds strings, brackets and indentation and cuts the text into logical lines; `grammar.pest` says
//! what may stand on a line; `build` turns what pest matched into the tree of [`ast`]; `blocks` puts the lines
//! together by their indentation; `mistakes` explains the lines that the grammar refuses. Since every line is
//! parsed on its own, a mistake in one does not hide those in others, and the whole takes time linear in the
//! text.

pub mod ast;
mod blocks;
mod build;
mod grammar;
mod layout;
mod mistakes;
mod parse;
mod print;
mod scan;
mod scope;
mod unreachable;

pub(crate) use mistakes::RESERVED;
pub(crate) use parse::docstring;
pub use parse::parse;
pub use print::print;
pub(crate) use scope::yields;
pub(crate) use unreachable::unreachable;
