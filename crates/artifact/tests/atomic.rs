//! Saving: the previous file survives, nothing else is left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic, in its helpers too")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keramos_artifact::{Fault, atomic};

fn write(path: &Path, content: &[u8]) -> Result<(), Fault> {
    atomic::write(path, [content]).map_err(|error| error.fault)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn replaces_a_file_and_leaves_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kar");
    write(&path, b"old").unwrap();
    write(&path, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["a.kar"]);
}

#[test]
fn keeps_the_permissions_of_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kar");
    write(&path, b"old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    write(&path, b"new").unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn follows_a_symbolic_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("real.kar");
    let link = folder.path().join("link.kar");
    write(&path, b"old").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    write(&link, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_full_disk_is_told_and_the_device_is_not_replaced() {
    let full = Path::new("/dev/full");
    let fault = write(full, b"content").unwrap_err();
    assert!(matches!(fault, Fault::NoSpace { bytes: 7, .. }), "{fault}");
    assert!(fault.to_string().contains("free some space"), "{fault}");
    assert!(!fs::metadata(full).unwrap().is_file());
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("a.kar");
    let error = common::builder().write_atomic(&path).unwrap_err();
    assert!(matches!(error.fault, Fault::Io { .. }));
    assert!(error.to_string().contains("missing/a.kar"), "{error}");
}

#[test]
fn a_folder_of_that_name_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("out");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("kept"), b"kept").unwrap();
    assert!(write(&inner, b"new").is_err());
    assert_eq!(fs::read(inner.join("kept")).unwrap(), b"kept");
    assert_eq!(names(folder.path()), ["out"]);
}
