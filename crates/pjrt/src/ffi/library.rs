//! Opening a plugin's file.
#![allow(unsafe_code, reason = "runs the library's initialisers and its entry point")]

use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr::NonNull;

use libloading::Library;

use super::structs::ApiHeader;
use super::table::Table;
use crate::error::{Error, Result};
use crate::image;

/// The one symbol that a plugin exports.
const ENTRY_POINT: &str = "GetPjrtApi";

/// Opens the library at `path` and reads its function table.
///
/// The library stays open for the rest of the process: its threads and exit handlers may run at any time.
///
/// # Errors
///
/// A variant of [`Error`] for each way in which a file can fail to be a usable plugin.
pub(crate) fn open_library(path: &Path) -> Result<Table> {
    image::check(path)?;
    // SAFETY: running a plugin's initialisers is what loading one means; the file was checked to be a whole library.
    let library = unsafe { Library::new(path) }
        .map_err(|source| Error::LibraryNotLoadable { path: path.to_path_buf(), reason: account(&source) })?;
    let library = ManuallyDrop::new(library);
    // SAFETY: the symbol's type is fixed by the API.
    let entry = unsafe { library.get::<unsafe extern "C-unwind" fn() -> *mut ApiHeader>(ENTRY_POINT) }
        .map_err(|_| Error::NotAPlugin { path: path.to_path_buf() })?;
    // SAFETY: the entry point takes nothing and may be called at any time.
    let api = unsafe { entry() };
    let api = NonNull::new(api).ok_or_else(|| Error::NoFunctionTable { path: path.to_path_buf() })?;
    // SAFETY: the address comes from the entry point.
    unsafe { Table::new(api, path) }
}

/// What the loader says, which it keeps behind the error.
fn account(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => account(source),
        None => error.to_string(),
    }
}
