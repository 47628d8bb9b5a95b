//! What is said of files that are no artifact, or a damaged one: each with what was done to a good file.

#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod common;

use common::{builder, bytes, manifest, program, reseal};
use keramos_artifact::{Artifact, ArtifactBuilder, ArtifactError, BuildInfo, Entry};

/// What reading these bytes, and then all that they hold, says.
fn read(bytes: Vec<u8>) -> String {
    let artifact = match Artifact::from_bytes(bytes) {
        Ok(artifact) => artifact,
        Err(error) => return error.to_string(),
    };
    let programs = (0..artifact.manifest().programs.len()).map(|i| artifact.program_code(i).map(drop));
    let all: Result<(), ArtifactError> = programs.chain([artifact.weights().map(drop)]).collect();
    all.unwrap_err().to_string()
}

/// The bytes of a good artifact, changed; the header's checksum is made right again.
fn sealed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = changed(change);
    reseal(&mut bytes);
    bytes
}

fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = bytes();
    change(&mut bytes);
    bytes
}

/// A good artifact with another text of the same length for its manifest.
fn with_manifest(change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let section = Artifact::from_bytes(bytes()).unwrap().sections()[0];
    let (start, end) = (section.offset as usize, (section.offset + section.length) as usize);
    sealed(|bytes| {
        let other = change(std::str::from_utf8(&bytes[start..end]).unwrap());
        bytes[start..end].copy_from_slice(other.as_bytes());
        let header = u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
        let row = header - 24 * 5;
        bytes[row + 4..row + 8].copy_from_slice(&crc32c::crc32c(other.as_bytes()).to_le_bytes());
    })
}

#[test]
fn files_that_cannot_be_used() {
    let later = BuildInfo { features: vec!["quantised-weights".to_owned()], ..BuildInfo::default() };
    let start = |bytes: &[u8]| bytes.to_vec();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("the text of a program", start(b"import keras\n")),
        ("a zip archive", start(b"PK\x03\x04rest")),
        ("a file of HDF5", start(b"\x89HDF\r\n\x1a\n")),
        ("an empty file", Vec::new()),
        ("something else", start(b"something else entirely")),
        ("format 0", changed(|b| b[8..12].copy_from_slice(&0u32.to_le_bytes()))),
        ("format 2", changed(|b| b[8..12].copy_from_slice(&2u32.to_le_bytes()))),
        ("a feature of a later version", ArtifactBuilder::new(later, manifest()).finish().unwrap()),
        ("the first 100 bytes", changed(|b| b.truncate(100))),
        ("three bytes more", changed(|b| b.extend(b"xyz"))),
        ("a bit of the header turned over", changed(|b| b[40] ^= 1)),
        ("a bit of the last section turned over", changed(|b| *b.last_mut().unwrap() ^= 1)),
        ("a header of 4 GB", changed(|b| b[16..20].copy_from_slice(&u32::MAX.to_le_bytes()))),
        ("2³² - 1 sections", sealed(|b| b[20..24].copy_from_slice(&u32::MAX.to_le_bytes()))),
        ("a manifest that is no JSON", with_manifest(|json| json.replacen('{', "[", 1))),
        ("a kernel of another shape", with_manifest(|json| json.replacen("[3,2]", "[4,2]", 3))),
    ];
    let told = cases.into_iter().map(|(what, bytes)| format!("---- {what}\nerror: {}\n", read(bytes)));
    insta::assert_snapshot!(told.collect::<String>());
}

#[test]
fn artifacts_that_are_not_written() {
    let short: &[u8] = &[0; 20];
    let twice = || {
        let manifest = manifest();
        let mut builder = ArtifactBuilder::new(BuildInfo::default(), manifest.clone());
        for _ in 0..2 {
            builder.add_program(program(Entry::Init, None, &manifest), Vec::new());
        }
        builder.finish().unwrap_err()
    };
    let cases = [
        ("20 bytes for a kernel of 3 by 2", builder().set_weights([(0, short)]).unwrap_err()),
        ("weights of a variable that is not there", builder().set_weights([(9, short)]).unwrap_err()),
        ("one program twice", twice()),
        ("a file in a folder that is not there", builder().write_atomic("/no/such/folder/m.kar").unwrap_err()),
        ("a full disk", keramos_artifact::atomic::write("/dev/full".as_ref(), [&b"content"[..]]).unwrap_err()),
        ("a file that is not there", Artifact::open("/no/such/m.kar").unwrap_err()),
    ];
    let told = cases.into_iter().map(|(what, error)| format!("---- {what}\nerror: {error}\n"));
    insta::assert_snapshot!(told.collect::<String>());
}
