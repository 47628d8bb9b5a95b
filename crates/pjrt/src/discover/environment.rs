//! What the search for plugins depends on.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The surroundings of the process, as values: the search for plugins depends on nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
    system_libraries: Vec<PathBuf>,
}

impl Environment {
    /// No variables, no folders.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The surroundings of this process.
    #[must_use]
    pub fn current() -> Self {
        Self {
            variables: env::vars_os().collect(),
            home: env::home_dir(),
            system_libraries: vec!["/usr/local/lib".into(), "/usr/lib".into()],
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets the user's home folder.
    #[must_use]
    pub fn with_home(mut self, path: impl Into<PathBuf>) -> Self {
        self.home = Some(path.into());
        self
    }

    /// Adds a folder in which a system keeps its Python versions, such as `/usr/lib`.
    #[must_use]
    pub fn with_system_libraries(mut self, path: impl Into<PathBuf>) -> Self {
        self.system_libraries.push(path.into());
        self
    }

    /// The value of a variable; one that is set to nothing counts as not set.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The user's home folder, if there is one.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Keramos's own folder, which holds `plugins`: `KERAMOS_HOME`, or else `.keramos` in the user's home.
    #[must_use]
    pub fn keramos_home(&self) -> Option<PathBuf> {
        let variable = self.variable("KERAMOS_HOME").map(PathBuf::from);
        variable.or_else(|| self.home().map(|home| home.join(".keramos")))
    }

    /// Folders in which the system keeps its Python versions.
    #[must_use]
    pub fn system_libraries(&self) -> &[PathBuf] {
        &self.system_libraries
    }
}
