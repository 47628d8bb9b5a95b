//! Plugins that do nothing, and wheels of plugins.

use std::path::{Path, PathBuf};
use std::process::Command;

use keramos_runtime::Platform;
use keramos_runtime::plugins::{Layout, Pin, Wheel};

use super::support::process::Place;

/// Compiles C code to a library.
pub fn library(place: &Place, name: &str, source: &str, defines: &[&str]) -> PathBuf {
    let (code, library) = (place.path(&format!("{name}.c")), place.path(&format!("{name}.so")));
    std::fs::write(&code, source).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&code).args(defines);
    assert!(compiler.status().unwrap().success());
    library
}

/// A plugin with a version and a table of so many functions, of which all but those for errors fail. `GetPjrtApi`
/// returns `result`.
pub fn stub(place: &Place, name: &str, version: [&str; 2], functions: usize, result: &str) -> PathBuf {
    let [major, minor] = version.map(str::to_owned);
    let defines = [
        format!("-DMAJOR={major}"),
        format!("-DMINOR={minor}"),
        format!("-DFUNCTIONS={functions}"),
        format!("-DRESULT={result}"),
    ];
    library(place, name, include_str!("../../../pjrt/tests/it/stub.c"), &defines.each_ref().map(String::as_str))
}

/// A Python that stands for pip: it copies `wheel.whl` from beside itself to where wheels go, or fails.
pub fn python(folder: &Path, fails: bool) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("python");
    let body = if fails {
        "echo 'ERROR: no matching hash' >&2; exit 1".to_owned()
    } else {
        "while [ $# -gt 1 ]; do shift; done; mkdir -p \"$1\"; cp \"$(dirname \"$0\")/wheel.whl\" \"$1\"".to_owned()
    };
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Puts a wheel with these files beside that Python.
pub fn wheel(folder: &Path, members: &[(&str, &str)]) {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::fs::File::create(folder.join("wheel.whl")).unwrap());
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// What installs that wheel.
pub fn pin(layout: Layout, version: &str) -> Pin {
    Pin {
        name: "test".to_owned(),
        platform: Platform::Cpu,
        layout,
        wheels: vec![Wheel { requirement: format!("test=={version}"), sha256: "0".repeat(64) }],
        library: "pjrt_test/libpjrt_cpu.so".to_owned(),
    }
}
