//! The end of a process that uses a plugin.
#![allow(unsafe_code, reason = "calls the C library")]

use std::ffi::c_int;

unsafe extern "C" {
    fn _exit(status: c_int) -> !;
}

/// Ends the process at once: nothing is dropped, and no handler runs that a plugin has left for the end. Taking a
/// client and its threads down takes milliseconds that nobody gains by. What is still in a buffer of standard output is
/// lost, so flush it before.
pub fn end_process(status: u8) -> ! {
    // SAFETY: the call takes a number and does not return; the system frees what the process holds.
    unsafe { _exit(c_int::from(status)) }
}
