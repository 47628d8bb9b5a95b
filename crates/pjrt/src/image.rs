//! Is a file a whole shared library? Asked before the system's loader maps it.
//!
//! The loader trusts the file's headers: of a library that was cut short it maps pages past the end, and the process dies
//! from a bus error at the first touch. So the headers are compared with the file's length first.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::{Error, Result};

const ELF_MAGIC: [u8; 4] = [0x7f, b'E', b'L', b'F'];
const ELF_HEADER_SIZE: usize = 64;
const PROGRAM_HEADER_SIZE: usize = 56;
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;

/// Checks that `path` names a shared library that is all there.
///
/// # Errors
///
/// [`Error::PluginUnreadable`] or [`Error::NotALibrary`].
pub(crate) fn check(path: &Path) -> Result<()> {
    let unreadable = |source| Error::PluginUnreadable { path: path.to_path_buf(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::NotALibrary { path: path.to_path_buf(), reason: "it is not a file".to_owned() });
    }
    let mut file = File::open(path).map_err(unreadable)?;
    match fault(&mut file, metadata.len()).map_err(unreadable)? {
        None => Ok(()),
        Some(reason) => Err(Error::NotALibrary { path: path.to_path_buf(), reason }),
    }
}

/// What is wrong with the file, if anything. Only 64-bit little-endian ELF files are looked into; the loader judges others.
fn fault(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<String>> {
    if length == 0 {
        return Ok(Some("it is empty".to_owned()));
    }
    let mut header = [0; ELF_HEADER_SIZE];
    let read = read_up_to(file, &mut header)?;
    if cfg!(not(target_os = "linux")) {
        return Ok(None);
    }
    if !header.starts_with(&ELF_MAGIC) {
        return Ok(Some("it does not start as an ELF file does".to_owned()));
    }
    if read < ELF_HEADER_SIZE {
        return Ok(Some(format!("it ends after {length} bytes, within its first header")));
    }
    if header[4] != CLASS_64 || header[5] != LITTLE_ENDIAN {
        return Ok(None);
    }
    let machine = u16_at(&header, 18);
    if machine_name(machine) != Some(std::env::consts::ARCH) && machine_name(host_machine()).is_some() {
        let built_for = machine_name(machine).map_or_else(|| format!("machine type {machine}"), str::to_owned);
        return Ok(Some(format!("it is built for {built_for}, and this machine is {}", std::env::consts::ARCH)));
    }
    let table_start = u64_at(&header, 32);
    let entry_size = u64::from(u16_at(&header, 54));
    let entries = u64::from(u16_at(&header, 56));
    let cut_short = |needed: u64| format!("it is cut short: {length} of at least {needed} bytes are there");

    let table_end = table_start.saturating_add(entries * entry_size);
    if table_end > length {
        return Ok(Some(cut_short(table_end)));
    }
    let mut needed = 0;
    for index in 0..entries {
        let mut entry = [0; PROGRAM_HEADER_SIZE];
        file.seek(SeekFrom::Start(table_start + index * entry_size))?;
        if read_up_to(file, &mut entry)? < PROGRAM_HEADER_SIZE {
            return Ok(Some("its table of segments is damaged".to_owned()));
        }
        needed = needed.max(u64_at(&entry, 8).saturating_add(u64_at(&entry, 32)));
    }
    Ok((needed > length).then(|| cut_short(needed)))
}

/// Machine types of ELF files, with Rust's names for them.
const MACHINES: [(u16, &str); 4] = [(62, "x86_64"), (183, "aarch64"), (243, "riscv64"), (21, "powerpc64")];

fn machine_name(code: u16) -> Option<&'static str> {
    MACHINES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// The machine type of this process; 0 if it has none in the table.
fn host_machine() -> u16 {
    MACHINES.iter().find(|(_, name)| *name == std::env::consts::ARCH).map_or(0, |(code, _)| *code)
}

/// A name for the file's content, from its length and samples spread over all of it.
///
/// Two builds of a plugin differ in their layout and so in most samples; reading some hundred kilobytes instead of some
/// hundred megabytes keeps this at a fraction of a millisecond. It does not protect against a file changed on purpose.
///
/// # Errors
///
/// Where the file cannot be read.
pub(crate) fn content_id(path: &Path) -> io::Result<u64> {
    const SAMPLES: u64 = 256;
    const SAMPLE_SIZE: usize = 512;
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut hash = Fnv::new();
    hash.update(&length.to_le_bytes());
    let last_start = length.saturating_sub(SAMPLE_SIZE as u64);
    let mut sample = [0; SAMPLE_SIZE];
    for index in 0..SAMPLES {
        // Does not overflow for any file that exists: a length below 2^56 bytes.
        file.seek(SeekFrom::Start(last_start * index / (SAMPLES - 1)))?;
        let read = read_up_to(&mut file, &mut sample)?;
        hash.update(sample.get(..read).unwrap_or_default());
    }
    Ok(hash.0)
}

/// The 64-bit FNV-1a hash, of words of 8 bytes instead of bytes.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn update(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for &word in words {
            self.word(u64::from_le_bytes(word));
        }
        for &byte in rest {
            self.word(u64::from(byte));
        }
    }

    /// A product carries differences upwards only; the shift brings the upper half back down.
    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3);
        self.0 ^= self.0 >> 32;
    }
}

/// Fills as much of `bytes` as the file has.
fn read_up_to(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |chunk| u16::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An ELF header with one segment of `size` bytes at offset 0.
    fn library(size: u64) -> Vec<u8> {
        let mut bytes = vec![0; ELF_HEADER_SIZE + PROGRAM_HEADER_SIZE];
        bytes[..4].copy_from_slice(&ELF_MAGIC);
        bytes[4] = CLASS_64;
        bytes[5] = LITTLE_ENDIAN;
        bytes[18..20].copy_from_slice(&host_machine().to_le_bytes());
        bytes[32..40].copy_from_slice(&64u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&1u16.to_le_bytes());
        bytes[64 + 32..64 + 40].copy_from_slice(&size.to_le_bytes());
        bytes
    }

    fn fault_of(bytes: Vec<u8>) -> Option<String> {
        let length = bytes.len() as u64;
        fault(&mut Cursor::new(bytes), length).expect("reading memory")
    }

    #[test]
    fn a_whole_library_passes() {
        assert_eq!(fault_of(library(120)), None);
    }

    #[test]
    fn a_segment_past_the_end_is_reported_with_both_lengths() {
        let fault = fault_of(library(4096)).expect("a fault");
        assert!(fault.contains("120 of at least 4096 bytes"), "{fault}");
    }

    #[test]
    fn a_library_for_another_machine_is_named() {
        let mut other = library(120);
        let code: u16 = if std::env::consts::ARCH == "aarch64" { 62 } else { 183 };
        other[18..20].copy_from_slice(&code.to_le_bytes());
        let fault = fault_of(other).expect("a fault");
        assert!(fault.contains("built for") && fault.contains(std::env::consts::ARCH), "{fault}");
    }

    #[test]
    fn every_prefix_of_a_library_is_refused() {
        let whole = library(120);
        for length in 0..whole.len() {
            assert!(fault_of(whole[..length].to_vec()).is_some(), "{length} bytes");
        }
    }

    #[test]
    fn every_bit_of_a_word_reaches_the_hash() {
        let hash = |bytes: &[u8]| {
            let mut hash = Fnv::new();
            hash.update(bytes);
            hash.0
        };
        let mut seen = std::collections::BTreeSet::from([hash(&[0; 16])]);
        for bit in 0..128 {
            let mut bytes = [0; 16];
            bytes[bit / 8] = 1 << (bit % 8);
            assert!(seen.insert(hash(&bytes)), "bit {bit}");
        }
    }

    #[test]
    fn content_tells_files_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let id = |content: &[u8]| {
            let path = folder.path().join("file");
            std::fs::write(&path, content).expect("a file written");
            content_id(&path).expect("an id")
        };
        let content = vec![7; 1 << 20];
        let mut changed = content.clone();
        changed[(1 << 20) - 1] = 8;
        assert_eq!(id(&content), id(&content));
        assert_ne!(id(&content), id(&changed));
        assert_ne!(id(&content), id(&content[1..]));
        assert_ne!(id(b""), id(b"a"));
    }

    #[test]
    fn text_is_not_a_library() {
        assert!(fault_of(b"#!/bin/sh\n".to_vec()).is_some());
    }

    #[test]
    fn extreme_headers_do_not_overflow() {
        let mut bytes = library(u64::MAX);
        bytes[64 + 8..64 + 16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(fault_of(bytes).is_some());
        let mut bytes = library(0);
        bytes[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(fault_of(bytes).is_some());
    }
}
