//! Fetching plugins from PyPI with pip.
//!
//! Python is needed for this step only, and only for pip, which downloads a wheel whose hash is known; the wheel is a zip
//! archive, unpacked here. Everything happens beside the final place and moves there in one step, so that an interrupted
//! installation leaves what was there before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipArchive;

use super::pins::{Layout, Pin, Wheel};

/// The file beside a plugin that tells which wheels it is from.
const RECEIPT: &str = "wheels.txt";
/// Wheels are asked for by these tags and not by those of the Python that is there, since hashes belong to one file.
const PYTHON_VERSION: &str = "3.12";
const MANYLINUX: [&str; 9] = ["2_31", "2_28", "2_27", "2_25", "2_17", "2_12", "2_5", "2014", "2010"];

/// Installs plugins into Keramos's plugin folder.
#[derive(Debug, Clone)]
pub struct Installer {
    home: PathBuf,
    python: OsString,
    /// The operating system and the kind of processor, as Rust calls them.
    machine: (&'static str, &'static str),
}

/// What an installation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// It was there already.
    Before(PathBuf),
    /// It is there now.
    Now(PathBuf),
}

/// Why a plugin is not installed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no published wheel for the machine.
    #[error(
        "plugins are published for Linux on x86-64, and this is {system} on {machine}; build one, and name its file in KERAMOS_PJRT_PLUGIN"
    )]
    Machine {
        /// The operating system.
        system: &'static str,
        /// The kind of processor.
        machine: &'static str,
    },
    /// Python cannot be started.
    #[error("`{} -m pip` cannot be started ({source}); installing a plugin needs Python 3 with pip, for this step only: apt-get install python3-pip", python.to_string_lossy())]
    NoPython {
        /// The command.
        python: OsString,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// pip failed.
    #[error("pip could not fetch {}:\n{said}\npip needs to reach PyPI, or an index that mirrors it (pip's own settings say which)", wheels.join(", "))]
    Pip {
        /// What was to be fetched.
        wheels: Vec<String>,
        /// pip's last words.
        said: String,
    },
    /// A wheel cannot be unpacked.
    #[error("{} cannot be unpacked: {reason}; install the plugin again", path.display())]
    Wheel {
        /// The wheel.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The library is not where it should be.
    #[error("the wheels of `{plugin}` hold no {library}; nothing was installed")]
    NoLibrary {
        /// The plugin.
        plugin: String,
        /// The library's path in the wheel.
        library: String,
    },
    /// A file cannot be written.
    #[error("{}: cannot {action}: {source}{}", path.display(), if source.kind() == io::ErrorKind::StorageFull { "; free some space: a plugin takes up to 1 GB while it is being installed" } else { "" })]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl Installer {
    /// Installs under Keramos's home folder, which holds `plugins`.
    #[must_use]
    pub fn new(home: PathBuf) -> Installer {
        Installer { home, python: "python3".into(), machine: (std::env::consts::OS, std::env::consts::ARCH) }
    }

    /// For another operating system and processor than this machine's, by Rust's names for them.
    #[must_use]
    pub fn for_machine(mut self, system: &'static str, processor: &'static str) -> Installer {
        self.machine = (system, processor);
        self
    }

    /// Another Python than `python3`.
    #[must_use]
    pub fn with_python(mut self, python: impl Into<OsString>) -> Installer {
        self.python = python.into();
        self
    }

    /// Installs a plugin, if this very version is not there.
    ///
    /// # Errors
    /// [`InstallError`]; what was there before stays as it was.
    pub fn install(&self, pin: &Pin) -> Result<Installed, InstallError> {
        if self.machine != ("linux", "x86_64") {
            let (system, machine) = self.machine;
            return Err(InstallError::Machine { system, machine });
        }
        let folder = self.home.join("plugins").join(pin.platform.name());
        let file_name = pin.library.rsplit('/').next().unwrap_or_default();
        let (place, library) = match pin.layout {
            Layout::File => (folder.clone(), folder.join(file_name)),
            Layout::Folder => (folder.join(&pin.name), folder.join(&pin.name).join(&pin.library)),
        };
        let receipt = place.join(RECEIPT);
        let wanted = receipt_text(&pin.wheels);
        if library.is_file() && fs::read_to_string(&receipt).is_ok_and(|found| found == wanted) {
            return Ok(Installed::Before(library));
        }
        fs::create_dir_all(&folder).map_err(file(&folder, "make the folder"))?;
        let scratch = tempfile_in(&folder)?;
        let site = scratch.0.join("site");
        for wheel in self.download(pin, &scratch.0)? {
            unpack(&wheel, &site)?;
        }
        let unpacked = site.join(&pin.library);
        if !unpacked.is_file() {
            return Err(InstallError::NoLibrary { plugin: pin.name.clone(), library: pin.library.clone() });
        }
        match pin.layout {
            Layout::File => fs::rename(&unpacked, &library).map_err(file(&library, "put the plugin there"))?,
            Layout::Folder => {
                let old = scratch.0.join("old");
                match fs::rename(&place, &old) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(file(&place, "move the old plugin away")(error));
                    }
                    _ => fs::rename(&site, &place).map_err(file(&place, "put the plugin there"))?,
                }
            }
        }
        fs::write(&receipt, wanted).map_err(file(&receipt, "write the file"))?;
        Ok(Installed::Now(library))
    }

    /// Downloads the wheels; gives their files.
    fn download(&self, pin: &Pin, scratch: &Path) -> Result<Vec<PathBuf>, InstallError> {
        let requirements = scratch.join("requirements.txt");
        let lines = pin.wheels.iter().map(|wheel| format!("{} --hash=sha256:{}\n", wheel.requirement, wheel.sha256));
        fs::write(&requirements, lines.collect::<String>()).map_err(file(&requirements, "write the file"))?;
        let wheels = scratch.join("wheels");
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]);
        command.args(["--only-binary", ":all:", "--require-hashes", "--python-version", PYTHON_VERSION]);
        for version in MANYLINUX {
            let platform = if version.contains('_') { "manylinux_" } else { "manylinux" };
            command.args(["--platform", &format!("{platform}{version}_x86_64")]);
        }
        command.arg("--requirement").arg(&requirements).arg("--dest").arg(&wheels);
        let done = command.output().map_err(|source| InstallError::NoPython { python: self.python.clone(), source })?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
            return Err(InstallError::Pip {
                wheels: pin.wheels.iter().map(|wheel| wheel.requirement.clone()).collect(),
                said: lines.iter().rev().take(6).rev().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
            });
        }
        let entries = fs::read_dir(&wheels).map_err(file(&wheels, "read the folder"))?;
        let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        files.sort();
        Ok(files)
    }
}

fn receipt_text(wheels: &[Wheel]) -> String {
    wheels.iter().map(|wheel| format!("{} sha256:{}\n", wheel.requirement, wheel.sha256)).collect()
}

fn file(path: &Path, action: &'static str) -> impl Fn(io::Error) -> InstallError {
    let path = path.to_owned();
    move |source| InstallError::File { path: path.clone(), action, source }
}

/// A folder that is removed with all that is in it.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A new folder of a name that the search for plugins leaves out.
fn tempfile_in(folder: &Path) -> Result<Scratch, InstallError> {
    let path = folder.join(format!(".partial-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir(&path).map_err(file(&path, "make the folder"))?;
    Ok(Scratch(path))
}

/// Unpacks a wheel; several may share folders.
fn unpack(wheel: &Path, site: &Path) -> Result<(), InstallError> {
    let damaged = |reason: String| InstallError::Wheel { path: wheel.to_owned(), reason };
    let archive = File::open(wheel).map_err(file(wheel, "open the file"))?;
    let mut archive = ZipArchive::new(io::BufReader::new(archive)).map_err(|error| damaged(error.to_string()))?;
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let Some(name) = member.enclosed_name() else {
            return Err(damaged(format!("member {index} would lie outside of the folder")));
        };
        let path = site.join(name);
        if member.is_dir() {
            continue;
        }
        let parent = path.parent().unwrap_or(site);
        fs::create_dir_all(parent).map_err(file(parent, "make the folder"))?;
        let mut out = File::create(&path).map_err(file(&path, "write the file"))?;
        io::copy(&mut member, &mut out).map_err(file(&path, "write the file"))?;
        #[cfg(unix)]
        if let Some(mode) = member.unix_mode().filter(|mode| mode & 0o111 != 0) {
            use std::os::unix::fs::PermissionsExt;
            out.set_permissions(fs::Permissions::from_mode(mode & 0o777)).map_err(file(&path, "make it executable"))?;
        }
    }
    Ok(())
}
