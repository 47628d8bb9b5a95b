//! Files that are not usable plugins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use keramos_pjrt::{Error, ErrorCode, Plugin};
use tempfile::TempDir;

/// A plugin of which only the head of the table and the error functions work.
const STUB: &str = include_str!("stub.c");

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Compiles the stub with the C compiler, which linking Rust programs needs as well.
pub fn stub(folder: &TempDir, name: &str, [major, minor]: [i32; 2], functions: usize, result: &str) -> PathBuf {
    let source = folder.path().join("stub.c");
    let library = folder.path().join(name).with_extension("so");
    fs::write(&source, STUB).expect("the source written");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .args([
            format!("-DMAJOR={major}"),
            format!("-DMINOR={minor}"),
            format!("-DFUNCTIONS={functions}"),
            format!("-DRESULT={result}"),
        ])
        .status()
        .expect("a C compiler");
    assert!(status.success());
    library
}

/// Compiles C code to a library.
pub fn shared(folder: &TempDir, name: &str, code: &str) -> PathBuf {
    let (source, library) =
        (folder.path().join(name).with_extension("c"), folder.path().join(name).with_extension("so"));
    fs::write(&source, code).expect("the source written");
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(status.expect("a C compiler").success());
    library
}

pub fn write(folder: &TempDir, content: &[u8]) -> PathBuf {
    let path = folder.path().join("plugin.so");
    fs::write(&path, content).expect("a file written");
    path
}

fn refusal(path: impl AsRef<Path>) -> Error {
    Plugin::load(path).expect_err("no usable plugin")
}

#[test]
fn a_file_that_is_not_there() {
    let error = refusal("/no/such/plugin.so");
    assert!(matches!(error, Error::PluginUnreadable { .. }), "{error:?}");
    assert!(error.to_string().contains("/no/such/plugin.so"), "{error}");
}

#[test]
fn a_folder_an_empty_file_and_text() {
    let folder = folder();
    let error = refusal(folder.path());
    assert!(error.to_string().contains("it is not a file"), "{error}");
    let error = refusal(write(&folder, b""));
    assert!(error.to_string().contains("it is empty"), "{error}");
    let error = refusal(write(&folder, b"version https://git-lfs.github.com/spec/v1\n"));
    assert!(matches!(error, Error::NotALibrary { .. }), "{error:?}");
    assert!(error.to_string().contains("does not start as an ELF file"), "{error}");
}

#[test]
fn a_library_cut_short() {
    let folder = folder();
    let whole = fs::read(stub(&folder, "stub", [0, 114], 138, "&api")).expect("a library");
    for length in [10, 64, 200, whole.len() / 4] {
        let error = refusal(write(&folder, &whole[..length]));
        assert!(matches!(error, Error::NotALibrary { .. }), "{length} bytes: {error:?}");
        assert!(error.to_string().contains("install the plugin again"), "{error}");
    }
}

#[test]
fn a_library_with_damaged_headers() {
    let folder = folder();
    let mut bytes = fs::read(stub(&folder, "stub", [0, 114], 138, "&api")).expect("a library");
    bytes[16] = 0xff;
    let error = refusal(write(&folder, &bytes));
    assert!(matches!(error, Error::LibraryNotLoadable { .. }), "{error:?}");
}

#[test]
fn a_library_that_is_no_plugin() {
    let folder = folder();
    let error = refusal(shared(&folder, "empty", "int unrelated(void) { return 0; }"));
    assert!(matches!(error, Error::NotAPlugin { .. }), "{error:?}");
    assert!(error.to_string().contains("GetPjrtApi"), "{error}");
}

#[test]
fn a_plugin_without_a_table() {
    let error = refusal(stub(&folder(), "stub", [0, 114], 138, "NULL"));
    assert!(matches!(error, Error::NoFunctionTable { .. }), "{error:?}");
}

#[test]
fn a_plugin_of_another_version() {
    let error = refusal(stub(&folder(), "stub", [1, 0], 138, "&api"));
    assert!(matches!(error, Error::ApiVersion { found: (1, 0), .. }), "{error:?}");
    let error = refusal(stub(&folder(), "stub", [0, 40], 138, "&api"));
    assert!(matches!(error, Error::ApiVersion { found: (0, 40), .. }), "{error:?}");
    assert!(error.to_string().contains("speaks API 0.40, but 0.81 or a later"), "{error}");
}

#[test]
fn a_plugin_whose_table_is_too_short() {
    let error = refusal(stub(&folder(), "stub", [0, 114], 5, "&api"));
    let Error::MissingFunction { function, functions, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*function, *functions), ("PJRT_Event_Destroy", 5));
    assert!(error.to_string().contains("does not have PJRT_Event_Destroy"), "{error}");
    let error = refusal(stub(&folder(), "stub", [0, 114], 0, "&api"));
    assert!(matches!(error, Error::MissingFunction { functions: 0, .. }), "{error:?}");
}

#[test]
fn a_plugin_that_refuses_to_start_is_quoted_and_its_error_destroyed() {
    let folder = folder();
    let library = stub(&folder, "stub", [0, 114], 138, "&api");
    for destroyed in 0..2 {
        let error = refusal(&library);
        let Error::Call { function, code, message, path } = &error else { panic!("{error:?}") };
        assert_eq!((*function, *code), ("PJRT_Plugin_Initialize", ErrorCode::FailedPrecondition));
        assert_eq!(*message, format!("out of order, {destroyed} destroyed"));
        assert!(path.ends_with("stub.so"));
    }
}
