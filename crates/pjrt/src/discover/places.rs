//! The search itself.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::names::Platform;
use super::{Candidate, Origin, Place};

const PLUGIN_VARIABLE: &str = "KERAMOS_PJRT_PLUGIN";
const JAX_VARIABLE: &str = "PJRT_NAMES_AND_LIBRARY_PATHS";
const TPU_VARIABLE: &str = "TPU_LIBRARY_PATH";
const FOLDERS_VARIABLE: &str = "PJRT_PLUGIN_LIBRARY_PATH";

/// Packages whose subpackages are plugins.
const NAMESPACE_PACKAGES: [&str; 2] = ["jax_plugins", "xla_plugins"];

/// All plugins for the platform, best first, and every place searched.
pub(super) fn search(platform: Platform, environment: &Environment) -> (Vec<Candidate>, Vec<Place>) {
    let mut search = Search { platform, candidates: Vec::new(), searched: Vec::new() };
    if let Some(path) = environment.variable(PLUGIN_VARIABLE) {
        search.file(Path::new(path), Origin::Variable(PLUGIN_VARIABLE));
        return (search.candidates, search.searched);
    }
    search.variables_of_other_hosts(environment);
    search.plugin_folders(environment);
    search.python_packages(environment);
    (search.candidates, search.searched)
}

struct Search {
    platform: Platform,
    candidates: Vec<Candidate>,
    searched: Vec<Place>,
}

impl Search {
    fn variables_of_other_hosts(&mut self, environment: &Environment) {
        if let Some(pairs) = environment.variable(JAX_VARIABLE).and_then(OsStr::to_str) {
            for (name, path) in pairs.split(',').filter_map(|pair| pair.split_once(':')) {
                if name.parse() == Ok(self.platform) {
                    self.file(Path::new(path), Origin::Variable(JAX_VARIABLE));
                }
            }
        }
        if self.platform == Platform::Tpu
            && let Some(path) = environment.variable(TPU_VARIABLE)
        {
            self.file(Path::new(path), Origin::Variable(TPU_VARIABLE));
        }
        if let Some(folders) = environment.variable(FOLDERS_VARIABLE) {
            for folder in std::env::split_paths(folders) {
                self.folder(&folder, Origin::Variable(FOLDERS_VARIABLE));
            }
        }
    }

    fn plugin_folders(&mut self, environment: &Environment) {
        if let Some(home) = environment.keramos_home() {
            self.plugin_folder(&home);
        }
    }

    fn plugin_folder(&mut self, root: &Path) {
        let folder = root.join("plugins").join(self.platform.name());
        self.folder(&folder, Origin::PluginFolder);
        // A plugin of several parts lies in a folder of its own, laid out as Python packages are; of several versions the
        // last by name is the newest. What is being installed has a name that starts with a dot.
        for unpacked in subfolders(&folder, |name| !name.starts_with('.')).into_iter().rev() {
            self.packages_in(&unpacked, &Origin::PluginFolder);
        }
    }

    fn python_packages(&mut self, environment: &Environment) {
        let prefixes = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(|name| environment.variable(name));
        let mut libraries: Vec<PathBuf> = prefixes.map(|prefix| Path::new(prefix).join("lib")).collect();
        libraries.extend(environment.home().map(|home| home.join(".local/lib")));
        libraries.extend(environment.system_libraries().iter().cloned());
        for library in libraries {
            for python in subfolders(&library, |name| name.starts_with("python3")) {
                for packages in ["site-packages", "dist-packages"] {
                    self.site_packages(&python.join(packages));
                }
            }
        }
    }

    fn site_packages(&mut self, packages: &Path) {
        if !packages.is_dir() {
            return;
        }
        self.packages_in(packages, &Origin::PythonPackages);
        self.searched.push(Place { path: packages.to_path_buf(), origin: Origin::PythonPackages, exists: true });
    }

    /// Looks into the packages of a folder whose names may be those of plugins.
    fn packages_in(&mut self, packages: &Path, origin: &Origin) {
        let mut folders = Vec::new();
        for namespace in NAMESPACE_PACKAGES {
            folders.extend(subfolders(&packages.join(namespace), |_| true));
        }
        folders.extend(subfolders(packages, may_carry_plugin));
        for folder in folders {
            self.add_plugins_in(&folder, origin);
        }
    }

    /// A place that names one file, whatever it is called.
    fn file(&mut self, path: &Path, origin: Origin) {
        let exists = path.is_file();
        self.searched.push(Place { path: path.to_path_buf(), origin: origin.clone(), exists });
        if exists {
            self.candidates.push(Candidate { path: path.to_path_buf(), origin });
        }
    }

    /// A place that names a folder of plugins.
    fn folder(&mut self, path: &Path, origin: Origin) {
        self.add_plugins_in(path, &origin);
        self.searched.push(Place { path: path.to_path_buf(), origin, exists: path.is_dir() });
    }

    fn add_plugins_in(&mut self, folder: &Path, origin: &Origin) {
        let platform = self.platform;
        let of_platform = |name: &str| Platform::of_file_name(name) == Some(platform);
        for path in entries(folder, of_platform).into_iter().filter(|path| path.is_file()) {
            self.candidates.push(Candidate { path, origin: origin.clone() });
        }
    }
}

/// Whether a package of this name may carry a plugin.
fn may_carry_plugin(name: &str) -> bool {
    let is_metadata = name.ends_with(".dist-info") || name.ends_with(".egg-info");
    !is_metadata && (name.contains("pjrt") || name.contains("xla") || name == "libtpu")
}

fn subfolders(folder: &Path, accept: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    entries(folder, accept).into_iter().filter(|path| path.is_dir()).collect()
}

/// Entries with acceptable names, sorted; none of a folder that cannot be read.
fn entries(folder: &Path, accept: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(&accept))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}
