//! Files as memory.
#![allow(unsafe_code, reason = "maps a file that other processes may change")]

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

/// A file's content as bytes that the system reads when they are touched and gives back when memory is short.
///
/// A file that is replaced by rename, as everything here replaces files, stays as it was for whoever has mapped it. One
/// that is changed in place may show the change, and touching what was cut off ends the process; so map only what is
/// written once, such as artifacts.
#[derive(Debug)]
pub struct MappedFile(Mmap);

impl MappedFile {
    /// Maps a file from its start to its present end. The mapping starts at a multiple of a page.
    ///
    /// # Errors
    /// The system's reason; an empty file cannot be mapped everywhere.
    pub fn new(file: &File) -> io::Result<MappedFile> {
        // SAFETY: the mapping is private and read-only. That nobody changes the file in place meanwhile is what the
        // type's contract asks for; no more can be had from the system.
        unsafe { MmapOptions::new().map(file) }.map(MappedFile)
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
