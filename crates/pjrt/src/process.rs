//! The start and the end of a process that uses a plugin.
#![allow(unsafe_code, reason = "calls the C library")]

use std::ffi::c_int;

unsafe extern "C" {
    fn _exit(status: c_int) -> !;
}

/// Lets all threads of the process take their memory from one heap that keeps what is given back to it; call it before
/// there are other threads.
///
/// The C library gives each thread a heap of its own, and large blocks back to the system at once. A plugin's threads
/// take turns at operations with large scratch memory, which would be cleared and mapped anew for each: a first
/// prediction of ResNet-50 spends 6 % of its time so. Does nothing where the C library is not glibc.
pub fn share_one_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const ARENA_MAX: c_int = -8;
        const MMAP_THRESHOLD: c_int = -3;
        const TRIM_THRESHOLD: c_int = -1;
        // The largest threshold that glibc takes on 64-bit machines.
        for (parameter, value) in [(ARENA_MAX, 1), (MMAP_THRESHOLD, 32 << 20), (TRIM_THRESHOLD, 256 << 20)] {
            // SAFETY: the call takes two numbers, and only one thread is there; a setting that is refused stays as it was.
            unsafe { mallopt(parameter, value) };
        }
    }
}

/// Ends the process at once: nothing is dropped, and no handler runs that a plugin has left for the end. Taking a
/// client and its threads down takes milliseconds that nobody gains by. What is still in a buffer of standard output is
/// lost, so flush it before.
pub fn end_process(status: u8) -> ! {
    // SAFETY: the call takes a number and does not return; the system frees what the process holds.
    unsafe { _exit(c_int::from(status)) }
}
