//! Where plugins are found.
//!
//! Places are searched in this order, and the first plugin found is taken:
//!
//! 1. the file that `KERAMOS_PJRT_PLUGIN` names. A name given is a decision: if the file is not there, that is an error, and
//!    nothing else is searched.
//! 2. what other PJRT hosts are told: `PJRT_NAMES_AND_LIBRARY_PATHS` (`name:path` pairs, separated by commas, as JAX reads
//!    it), `TPU_LIBRARY_PATH`, and the folders of `PJRT_PLUGIN_LIBRARY_PATH`.
//! 3. Keramos's plugin folder: `plugins/<platform>` in `KERAMOS_HOME`, or else in `~/.keramos`. (Never in the working
//!    folder: a plugin is code that runs, and nobody should run it for having changed into a folder.) A plugin of several
//!    packages lies there in a folder of its own, laid out as packages are.
//! 4. Python packages that carry plugins, in the active virtual environment, conda environment, the user's packages and the
//!    system's. Files are recognised by name; no Python runs.
//!
//! The search reads nothing but its [`Environment`] and the folders that it names.

mod environment;
mod names;
mod places;

use std::fmt;
use std::path::PathBuf;

pub use environment::Environment;
pub use names::{Platform, UnknownPlatform};

use crate::error::{Error, Result};

/// A plugin's file, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The file.
    pub path: PathBuf,
    /// The place that named it.
    pub origin: Origin,
}

/// Why a place is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// An environment variable names it.
    Variable(&'static str),
    /// It is one of Keramos's own plugin folders.
    PluginFolder,
    /// It is a folder of installed Python packages.
    PythonPackages,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "${name}"),
            Self::PluginFolder => f.write_str("plugin folder"),
            Self::PythonPackages => f.write_str("Python packages"),
        }
    }
}

/// A place that was searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file or folder.
    pub path: PathBuf,
    /// Why it was searched.
    pub origin: Origin,
    /// Whether it is there at all.
    pub exists: bool,
}

/// No plugin for the platform was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The platform asked for.
    pub platform: Platform,
    /// Every place searched, in order.
    pub searched: Vec<Place>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no PJRT plugin for platform `{}` was found; searched:", self.platform)?;
        for place in &self.searched {
            let state = if place.exists { "no plugin there" } else { "does not exist" };
            writeln!(f, "  {} ({}): {state}", place.path.display(), place.origin)?;
        }
        write!(
            f,
            "install one with `keramos-run plugins install {}`, or set KERAMOS_PJRT_PLUGIN to a plugin's file",
            match self.platform {
                Platform::Cuda => "cuda13",
                other => other.name(),
            }
        )
    }
}

impl std::error::Error for NotFound {}

/// The platform's plugin: the first of [`candidates`].
///
/// # Errors
///
/// [`Error::PluginNotFound`], which lists every place searched.
pub fn discover(platform: Platform, environment: &Environment) -> Result<Candidate> {
    let (candidates, searched) = places::search(platform, environment);
    candidates.into_iter().next().ok_or_else(|| Error::PluginNotFound(Box::new(NotFound { platform, searched })))
}

/// All plugins for the platform, in the order in which they would be taken.
#[must_use]
pub fn candidates(platform: Platform, environment: &Environment) -> Vec<Candidate> {
    places::search(platform, environment).0
}
