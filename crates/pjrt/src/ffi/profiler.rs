//! The profiler extension: its layouts, and finding it.
//!
//! Extensions hang off the head of the function table as a list. The profiler's holds a function table of its own, whose
//! functions return errors of their own.
#![allow(unsafe_code, reason = "reads the list of extensions and calls through the profiler's table")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{self, NonNull};

use super::table::{Table, borrow_slice, copy_text};

/// `PJRT_Extension_Type_Profiler`.
const PROFILER: c_int = 1;

/// `PJRT_Extension_Base`: the head of every extension.
#[repr(C)]
struct Base {
    struct_size: usize,
    kind: c_int,
    next: *const Base,
}

/// `PJRT_Profiler_Extension`, as far as it has been since there is one.
#[repr(C)]
struct Extension {
    base: Base,
    api: *const RawProfilerApi,
}

#[repr(C)]
struct RawProfiler {
    _private: [u8; 0],
}

#[repr(C)]
struct RawProfilerError {
    _private: [u8; 0],
}

#[repr(C)]
struct CreateArgs {
    struct_size: usize,
    options: *const c_char,
    options_size: usize,
    profiler: *mut RawProfiler,
}

/// The arguments of destroying, starting and stopping.
#[repr(C)]
struct HandleArgs {
    struct_size: usize,
    profiler: *mut RawProfiler,
}

#[repr(C)]
struct CollectArgs {
    struct_size: usize,
    profiler: *mut RawProfiler,
    buffer: *mut u8,
    buffer_size: usize,
}

#[repr(C)]
struct ErrorDestroyArgs {
    struct_size: usize,
    private: *mut c_void,
    error: *mut RawProfilerError,
}

#[repr(C)]
struct ErrorMessageArgs {
    struct_size: usize,
    private: *mut c_void,
    error: *const RawProfilerError,
    message: *const c_char,
    message_size: usize,
}

type HandleFunction = unsafe extern "C-unwind" fn(*mut HandleArgs) -> *mut RawProfilerError;

/// `PLUGIN_Profiler_Api`.
#[repr(C)]
struct RawProfilerApi {
    struct_size: usize,
    private: *mut c_void,
    error_destroy: Option<unsafe extern "C-unwind" fn(*mut ErrorDestroyArgs)>,
    error_message: Option<unsafe extern "C-unwind" fn(*mut ErrorMessageArgs)>,
    error_get_code: *const c_void,
    create: Option<unsafe extern "C-unwind" fn(*mut CreateArgs) -> *mut RawProfilerError>,
    destroy: Option<HandleFunction>,
    start: Option<HandleFunction>,
    stop: Option<HandleFunction>,
    collect_data: Option<unsafe extern "C-unwind" fn(*mut CollectArgs) -> *mut RawProfilerError>,
}

/// A live profiler of a plugin.
pub(crate) struct ProfilerHandle {
    api: NonNull<RawProfilerApi>,
    raw: NonNull<RawProfiler>,
}

impl Table {
    /// The profiler's function table; `None` where the plugin has no profiler, or one with fewer functions.
    fn profiler(&self) -> Option<NonNull<RawProfilerApi>> {
        let mut next = self.head().extension_start.cast::<Base>().cast_const();
        while let Some(base) = NonNull::new(next.cast_mut()) {
            // SAFETY: extensions live as long as the plugin, and each starts with this head.
            let head = unsafe { base.as_ref() };
            if head.kind == PROFILER && head.struct_size >= size_of::<Extension>() {
                // SAFETY: the kind tells the layout, and the size that it reaches to the table's address.
                let api = unsafe { base.cast::<Extension>().as_ref() }.api;
                let api = NonNull::new(api.cast_mut())?;
                // SAFETY: the table lives as long as the plugin, and starts with its size.
                let size = unsafe { api.cast::<usize>().read() };
                return (size >= size_of::<RawProfilerApi>()).then_some(api);
            }
            next = head.next;
        }
        None
    }

    /// Makes a profiler with an encoded `ProfileOptions`; `None` where the plugin has none.
    pub(crate) fn create_profiler(&self, options: &[u8]) -> Option<Result<ProfilerHandle, String>> {
        let api = self.profiler()?;
        let mut args = CreateArgs {
            struct_size: size_of::<CreateArgs>(),
            options: options.as_ptr().cast(),
            options_size: options.len(),
            profiler: ptr::null_mut(),
        };
        // SAFETY: the table's size was checked, so that the field is there.
        let create = unsafe { api.as_ref() }.create?;
        // SAFETY: the arguments are of the function's layout, and the options outlive the call.
        let error = unsafe { create(&raw mut args) };
        if let Some(message) = take_error(api, error) {
            return Some(Err(message));
        }
        let raw = NonNull::new(args.profiler)?;
        Some(Ok(ProfilerHandle { api, raw }))
    }
}

impl ProfilerHandle {
    pub(crate) fn start(&self) -> Result<(), String> {
        // SAFETY: the table's size was checked.
        self.call(unsafe { self.api.as_ref() }.start)
    }

    pub(crate) fn stop(&self) -> Result<(), String> {
        // SAFETY: the table's size was checked.
        self.call(unsafe { self.api.as_ref() }.stop)
    }

    /// What was recorded: an encoded `XSpace`.
    pub(crate) fn collect(&self) -> Result<Vec<u8>, String> {
        // SAFETY: the table's size was checked.
        let Some(collect) = (unsafe { self.api.as_ref() }).collect_data else { return Err(missing()) };
        let mut args = CollectArgs {
            struct_size: size_of::<CollectArgs>(),
            profiler: self.raw.as_ptr(),
            buffer: ptr::null_mut(),
            buffer_size: 0,
        };
        // SAFETY: the profiler is live; without a buffer the call tells the size, or hands out a buffer of its own.
        let error = unsafe { collect(&raw mut args) };
        if let Some(message) = take_error(self.api, error) {
            return Err(message);
        }
        if !args.buffer.is_null() {
            // SAFETY: the profiler keeps its buffer, of the size told, until it is destroyed.
            return Ok(unsafe { borrow_slice(args.buffer.cast_const(), args.buffer_size) }.to_vec());
        }
        let mut bytes = vec![0; args.buffer_size];
        args.buffer = bytes.as_mut_ptr();
        // SAFETY: the buffer has the size that the plugin told.
        let error = unsafe { collect(&raw mut args) };
        match take_error(self.api, error) {
            Some(message) => Err(message),
            None => Ok(bytes),
        }
    }

    fn call(&self, function: Option<HandleFunction>) -> Result<(), String> {
        let function = function.ok_or_else(missing)?;
        let mut args = HandleArgs { struct_size: size_of::<HandleArgs>(), profiler: self.raw.as_ptr() };
        // SAFETY: the profiler is live, and the arguments are of the layout that these functions share.
        let error = unsafe { function(&raw mut args) };
        take_error(self.api, error).map_or(Ok(()), Err)
    }
}

impl Drop for ProfilerHandle {
    fn drop(&mut self) {
        // SAFETY: the table's size was checked. There is nobody to report a failure to.
        let _ = self.call(unsafe { self.api.as_ref() }.destroy);
    }
}

fn missing() -> String {
    "the plugin's profiler lacks a function".to_owned()
}

/// Reads and destroys an error; `None` if there is none.
fn take_error(api: NonNull<RawProfilerApi>, error: *mut RawProfilerError) -> Option<String> {
    let error = NonNull::new(error)?;
    // SAFETY: the table's size was checked when it was found.
    let api = unsafe { api.as_ref() };
    let mut message = ErrorMessageArgs {
        struct_size: size_of::<ErrorMessageArgs>(),
        private: ptr::null_mut(),
        error: error.as_ptr(),
        message: ptr::null(),
        message_size: 0,
    };
    if let Some(read) = api.error_message {
        // SAFETY: the error is live until it is destroyed below.
        unsafe { read(&raw mut message) };
    }
    // SAFETY: the plugin sets message and size together; they stay valid while the error lives.
    let text = unsafe { copy_text(message.message.cast(), message.message_size) };
    let mut args = ErrorDestroyArgs {
        struct_size: size_of::<ErrorDestroyArgs>(),
        private: ptr::null_mut(),
        error: error.as_ptr(),
    };
    if let Some(destroy) = api.error_destroy {
        // SAFETY: the error is not used again.
        unsafe { destroy(&raw mut args) };
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    #[test]
    fn layouts_are_those_of_the_c_header() {
        assert_eq!(size_of::<RawProfilerApi>(), 80);
        assert_eq!(offset_of!(Extension, api), 24);
        assert_eq!(size_of::<CreateArgs>(), 32);
        assert_eq!(size_of::<CollectArgs>(), 32);
        assert_eq!(size_of::<ErrorMessageArgs>(), 40);
        assert_eq!(offset_of!(RawProfilerApi, collect_data), 72);
    }

    /// A profiler written in Rust, behind the C layouts.
    mod fake {
        use super::*;

        pub(super) const DATA: &[u8] = b"recorded";

        pub(super) unsafe extern "C-unwind" fn create(args: *mut CreateArgs) -> *mut RawProfilerError {
            // SAFETY: the test passes live arguments; the handle is never followed.
            unsafe { (*args).profiler = NonNull::<u64>::dangling().as_ptr().cast() };
            ptr::null_mut()
        }

        pub(super) unsafe extern "C-unwind" fn nothing(_: *mut HandleArgs) -> *mut RawProfilerError {
            ptr::null_mut()
        }

        pub(super) unsafe extern "C-unwind" fn refuse(_: *mut HandleArgs) -> *mut RawProfilerError {
            NonNull::<u64>::dangling().as_ptr().cast()
        }

        pub(super) unsafe extern "C-unwind" fn message(args: *mut ErrorMessageArgs) {
            const TEXT: &str = "no more";
            // SAFETY: the test passes live arguments.
            unsafe { ((*args).message, (*args).message_size) = (TEXT.as_ptr().cast(), TEXT.len()) };
        }

        pub(super) unsafe extern "C-unwind" fn destroy_error(_: *mut ErrorDestroyArgs) {}

        pub(super) unsafe extern "C-unwind" fn collect(args: *mut CollectArgs) -> *mut RawProfilerError {
            // SAFETY: the test passes live arguments, and a buffer of the size told here.
            unsafe {
                (*args).buffer_size = DATA.len();
                if !(*args).buffer.is_null() {
                    ptr::copy_nonoverlapping(DATA.as_ptr(), (*args).buffer, DATA.len());
                }
            }
            ptr::null_mut()
        }
    }

    #[test]
    fn a_profiler_is_called_and_its_errors_are_read() {
        let api = RawProfilerApi {
            struct_size: size_of::<RawProfilerApi>(),
            private: ptr::null_mut(),
            error_destroy: Some(fake::destroy_error),
            error_message: Some(fake::message),
            error_get_code: ptr::null(),
            create: Some(fake::create),
            destroy: Some(fake::nothing),
            start: Some(fake::nothing),
            stop: Some(fake::refuse),
            collect_data: Some(fake::collect),
        };
        let handle = ProfilerHandle { api: NonNull::from(&api), raw: NonNull::<u64>::dangling().cast() };
        assert_eq!(handle.start(), Ok(()));
        assert_eq!(handle.stop(), Err("no more".to_owned()));
        assert_eq!(handle.collect(), Ok(fake::DATA.to_vec()));
    }
}
