//! What the compiler tells its user: one [`Diagnostic`] type for the whole frontend, the table of
//! codes that it may carry, the sources that it points into, and its two outward forms (terminal
//! text and JSON).

pub mod codes;
mod diagnostic;
mod json;
mod render;
mod source;
pub mod suggest;
pub mod words;

pub use codes::{Area, Code};
pub use diagnostic::{Diagnostic, Frame, Label, Severity};
pub use json::{FORMAT_VERSION, to_json};
pub use render::{Style, render, render_all};
pub use source::{FileId, Location, Source, SourceMap, Span};
