//! Running the real binary.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{blobs, builder, write_npz};

/// A folder with an artifact and data in it, in which the binary runs.
pub struct Place {
    folder: TempDir,
}

/// Keeps the user's settings and cache out of tests.
pub fn isolate(command: &mut Command) {
    command.env("KERAMOS_CACHE", "off").env_remove("KERAMOS_DEVICE");
}

/// What a run of the binary gave.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// `m.kar` (batches 4 and 16), `train.npz` (50 rows), `test.npz` and `x.npy` (10 rows).
    pub fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        builder(&[4, 16]).write_atomic(place.path("m.kar")).unwrap();
        let (x, y) = blobs(50);
        write_npz(&place.path("train.npz"), [("x_train", x), ("y_train", y)]);
        let (x, y) = blobs(10);
        write_npz(&place.path("test.npz"), [("x_test", x.clone()), ("y_test", y)]);
        write_npz(&place.path("x.npy"), [("x", x)]);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The binary, to be run in the folder.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keramos-run"));
        command.current_dir(self.folder.path());
        isolate(&mut command);
        command
    }

    /// Runs the binary with arguments that are separated by spaces.
    pub fn run(&self, arguments: &str) -> Run {
        Run::of(self.command().args(arguments.split_whitespace()).output().unwrap())
    }

    /// Runs the binary through a shell that sets it up first.
    pub fn run_after(&self, set_up: &str, arguments: &str) -> Run {
        let mut shell = Command::new("bash");
        shell.current_dir(self.folder.path());
        isolate(&mut shell);
        shell.args([OsStr::new("-c"), OsStr::new(&format!("{set_up}; exec \"$0\" {arguments}"))]);
        shell.arg(Path::new(env!("CARGO_BIN_EXE_keramos-run")));
        Run::of(shell.output().unwrap())
    }
}

impl Run {
    pub fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts success; gives standard output.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }

    /// Asserts failure with this exit code and every part in the message.
    #[track_caller]
    pub fn fails(self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}
