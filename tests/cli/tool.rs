//! Running the binaries in a folder of their own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use keramos::HostTensor;
use keramos::runtime::data;

/// A folder that is removed at the end, with the binaries at hand.
pub struct Workplace(tempfile::TempDir);

/// What a run left behind.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workplace {
    pub fn new() -> Self {
        Workplace(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file in the temporary folder");
        path
    }

    /// Writes arrays as `.npz`.
    pub fn arrays(&self, name: &str, arrays: Vec<(&str, HostTensor)>) -> PathBuf {
        let path = self.path(name);
        let arrays = arrays.into_iter().map(|(n, a)| (n.to_owned(), a)).collect();
        data::write(&path, &arrays).expect("arrays in the temporary folder");
        path
    }

    pub fn keramos(&self, args: &[&str]) -> Run {
        self.run(Path::new(env!("CARGO_BIN_EXE_keramos")), args, &[])
    }

    pub fn keramos_with(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        self.run(Path::new(env!("CARGO_BIN_EXE_keramos")), args, env)
    }

    /// The runtime binary, which is built beside the compiler.
    pub fn keramos_run(&self, args: &[&str]) -> Run {
        let binary = Path::new(env!("CARGO_BIN_EXE_keramos")).with_file_name("keramos-run");
        assert!(binary.exists(), "{} is missing: run `cargo build --workspace --bins` first", binary.display());
        self.run(&binary, args, &[])
    }

    /// The runtime binary, started, with its output to read.
    pub fn keramos_run_started(&self, args: &[&str]) -> Child {
        let binary = Path::new(env!("CARGO_BIN_EXE_keramos")).with_file_name("keramos-run");
        let mut command = self.command(&binary, args, &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
    }

    fn command(&self, binary: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binary);
        // The user's settings and cache stay out of tests.
        command.env("KERAMOS_CACHE", "off").env_remove("KERAMOS_DEVICE");
        command.args(args).current_dir(self.0.path()).envs(env.iter().copied());
        command
    }

    fn run(&self, binary: &Path, args: &[&str], env: &[(&str, &str)]) -> Run {
        let Output { status, stdout, stderr } = self.command(binary, args, env).output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8 output");
        Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl Run {
    /// Insists on success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Insists on failure with every one of these in the message.
    #[track_caller]
    pub fn fails_with(self, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        for part in parts {
            assert!(self.stderr.contains(part), "`{part}` is not in:\n{}", self.stderr);
        }
        self
    }
}
