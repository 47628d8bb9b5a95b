//! The plugin's function table: version negotiation and calls.
//!
//! Plugins are C++ and some let exceptions out where they promise not to. Calls are declared so that this ends the
//! process at the thread's edge instead of being undefined.
#![allow(unsafe_code, reason = "reads the table that the plugin hands out and calls through it")]

use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use super::structs::{ApiHeader, Call, ErrorDestroy, ErrorGetCode, ErrorMessage, EventAwait, EventDestroy, RawError};
use crate::error::{Error, ErrorCode, Result};

/// The only major version of the API there is.
pub(crate) const SUPPORTED_MAJOR: i32 = 0;
/// The oldest minor version whose layouts this crate was checked against.
pub(crate) const MINIMUM_MINOR: i32 = 81;

/// A plugin's functions. The memory behind it lives as long as the process: plugin libraries are never unloaded.
pub(crate) struct Table {
    api: NonNull<ApiHeader>,
    functions: usize,
    version: (i32, i32),
    path: Arc<Path>,
}

// SAFETY: the table is constant after the plugin handed it out, and the API's functions may be called from any thread.
unsafe impl Send for Table {}
// SAFETY: as above; no method changes the table.
unsafe impl Sync for Table {}

impl Table {
    /// Checks what `GetPjrtApi` returned.
    ///
    /// # Errors
    ///
    /// [`Error::ApiVersion`] where the version is outside what this crate speaks, [`Error::MissingFunction`] where
    /// the table lacks a function without which no error could be read nor any event awaited.
    ///
    /// # Safety
    ///
    /// `api` must be the address that the plugin's `GetPjrtApi` returned.
    pub(crate) unsafe fn new(api: NonNull<ApiHeader>, path: &Path) -> Result<Self> {
        // SAFETY: every PJRT version starts its table with this header, which is valid for the process's life.
        let header = unsafe { api.as_ref() };
        let version = (header.major, header.minor);
        if header.major != SUPPORTED_MAJOR || header.minor < MINIMUM_MINOR {
            return Err(Error::ApiVersion {
                path: path.to_path_buf(),
                found: version,
                supported_major: SUPPORTED_MAJOR,
                minimum_minor: MINIMUM_MINOR,
            });
        }
        let functions = header.struct_size.saturating_sub(size_of::<ApiHeader>()) / size_of::<usize>();
        let table = Self { api, functions, version, path: path.into() };
        table.function::<ErrorDestroy>()?;
        table.function::<ErrorMessage>()?;
        table.function::<ErrorGetCode>()?;
        table.function::<EventDestroy>()?;
        table.function::<EventAwait>()?;
        Ok(table)
    }

    /// The table's head.
    pub(super) fn head(&self) -> &ApiHeader {
        // SAFETY: the table starts with this header and lives as long as the process.
        unsafe { self.api.as_ref() }
    }

    /// The version that the plugin was built with: major and minor.
    pub(crate) fn version(&self) -> (i32, i32) {
        self.version
    }

    /// Number of functions in the table.
    pub(crate) fn functions(&self) -> usize {
        self.functions
    }

    /// The file that the plugin was loaded from.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The address of a function, if the plugin has it.
    fn function<C: Call>(&self) -> Result<NonNull<()>> {
        let missing = || Error::MissingFunction {
            function: C::FUNCTION,
            path: self.path.to_path_buf(),
            version: self.version,
            functions: self.functions,
        };
        if C::SLOT >= self.functions {
            return Err(missing());
        }
        // SAFETY: the table announces `functions` pointers after its header, and the slot is below that.
        let entry = unsafe { self.api.add(1).cast::<Option<NonNull<()>>>().add(C::SLOT).read() };
        entry.ok_or_else(missing)
    }

    /// Calls the function that takes `args`.
    ///
    /// # Errors
    ///
    /// [`Error::MissingFunction`] where the plugin is too old to have it; [`Error::Call`] with the plugin's code and
    /// message where it fails.
    ///
    /// # Safety
    ///
    /// The pointers in `args` must be what the function expects: live handles of this plugin, and memory that is
    /// valid for as long as the function's contract says.
    pub(crate) unsafe fn call<C: Call>(&self, args: &mut C) -> Result<()> {
        let function = self.function::<C>()?;
        // SAFETY: `Call` ties the slot to this argument structure; all functions reached here return an error pointer.
        let function = unsafe {
            std::mem::transmute::<NonNull<()>, unsafe extern "C-unwind" fn(*mut C) -> *mut RawError>(function)
        };
        // SAFETY: the caller vouches for the arguments.
        let error = unsafe { function(args) };
        match NonNull::new(error) {
            None => Ok(()),
            Some(error) => Err(self.take_error(C::FUNCTION, error)),
        }
    }

    /// Destroys a handle. There is nobody to report a failure to, and nothing to do about it.
    ///
    /// # Safety
    ///
    /// As for [`Table::call`]; the handle in `args` must not be used again.
    pub(crate) unsafe fn destroy<C: Call>(&self, args: &mut C) {
        // SAFETY: the caller vouches for the arguments.
        let _ = unsafe { self.call(args) };
    }

    /// Calls one of the two functions that return nothing.
    ///
    /// # Safety
    ///
    /// As for [`Table::call`], and the function must return `void`.
    unsafe fn call_void<C: Call>(&self, args: &mut C) {
        if let Ok(function) = self.function::<C>() {
            // SAFETY: `Call` ties the slot to this argument structure, and the caller says that it returns nothing.
            let function = unsafe { std::mem::transmute::<NonNull<()>, unsafe extern "C-unwind" fn(*mut C)>(function) };
            // SAFETY: the caller vouches for the arguments.
            unsafe { function(args) };
        }
    }

    /// Reads and destroys an error.
    fn take_error(&self, function: &'static str, error: NonNull<RawError>) -> Error {
        let mut message = ErrorMessage { error: error.as_ptr(), ..Default::default() };
        // SAFETY: the error is live until it is destroyed below, and `PJRT_Error_Message` returns nothing.
        unsafe { self.call_void(&mut message) };
        // SAFETY: the plugin sets message and size together; they stay valid while the error lives.
        let text = unsafe { copy_text(message.message.cast(), message.message_size) }.trim_end().to_owned();
        let mut code = ErrorGetCode { error: error.as_ptr(), ..Default::default() };
        // SAFETY: the error is live. A failure to tell the code must not recurse, so its own error is destroyed unread.
        let code = unsafe { self.error_code(&mut code) };
        self.destroy_error(error);
        Error::Call { function, code, message: text, path: self.path.to_path_buf() }
    }

    /// # Safety
    ///
    /// `args` must hold a live error.
    unsafe fn error_code(&self, args: &mut ErrorGetCode) -> ErrorCode {
        let Ok(function) = self.function::<ErrorGetCode>() else {
            return ErrorCode::Unknown;
        };
        // SAFETY: `Call` ties the slot to this argument structure.
        let function = unsafe {
            std::mem::transmute::<NonNull<()>, unsafe extern "C-unwind" fn(*mut ErrorGetCode) -> *mut RawError>(
                function,
            )
        };
        // SAFETY: the caller vouches for the arguments.
        match NonNull::new(unsafe { function(args) }) {
            None => ErrorCode::from_raw(args.code),
            Some(error) => {
                self.destroy_error(error);
                ErrorCode::Unknown
            }
        }
    }

    /// Destroys an error that nobody will read.
    pub(crate) fn destroy_error(&self, error: NonNull<RawError>) {
        let mut args = ErrorDestroy { error: error.as_ptr(), ..Default::default() };
        // SAFETY: the error is owned by the caller, who gives it up; `PJRT_Error_Destroy` returns nothing.
        unsafe { self.call_void(&mut args) };
    }
}

/// Copies text that a plugin owns; what is not UTF-8 in it is replaced.
///
/// # Safety
///
/// `data` must be valid for `size` bytes, or null.
pub(crate) unsafe fn copy_text(data: *const u8, size: usize) -> String {
    // SAFETY: the caller vouches for data and size.
    String::from_utf8_lossy(unsafe { borrow_slice(data, size) }).into_owned()
}

/// A slice of what a plugin owns; empty where the plugin gave a null pointer.
///
/// # Safety
///
/// `data` must be valid for `size` elements for the lifetime that the caller picks, or null.
pub(crate) unsafe fn borrow_slice<'a, T>(data: *const T, size: usize) -> &'a [T] {
    if data.is_null() || size == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for data and size; null was ruled out.
    unsafe { std::slice::from_raw_parts(data, size) }
}
