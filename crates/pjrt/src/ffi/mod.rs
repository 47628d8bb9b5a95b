//! The raw interface: layouts, the function table and the dynamic library behind it.
//!
//! Nothing here is exported. The modules above it own the handles, so that each handle is destroyed once and
//! never outlives what it came from.

mod library;
mod profiler;
mod structs;
mod table;
mod value;

pub(crate) use library::open_library;
pub(crate) use profiler::ProfilerHandle;
pub(crate) use structs::*;
pub(crate) use table::{Table, borrow_slice, copy_text};
pub(crate) use value::{RawOptions, read_named_values};
