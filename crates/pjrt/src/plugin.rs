//! A loaded plugin.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::discover::{Environment, Platform, discover};
use crate::error::{Error, Result};
use crate::ffi::{PluginAttributes, PluginInitialize, Table, open_library, read_named_values};
use crate::image;
use crate::value::Value;

/// Plugins of this process by canonical path: a plugin is initialised once, and never unloaded.
static LOADED: Mutex<BTreeMap<PathBuf, Plugin>> = Mutex::new(BTreeMap::new());

/// A PJRT plugin: a library that compiles and runs StableHLO programs on one kind of device.
///
/// Cheap to clone. A plugin stays loaded until the process ends.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
}

struct Inner {
    table: Table,
    attributes: BTreeMap<String, Value>,
    /// See [`Plugin::build_id`].
    build_id: OnceLock<String>,
}

impl Plugin {
    /// Loads the plugin in the file at `path`; one that the process has loaded before is not loaded again.
    ///
    /// # Errors
    ///
    /// A variant of [`Error`] that tells what the file is instead of a usable plugin, or why the plugin refused to start.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let path =
            path.canonicalize().map_err(|source| Error::PluginUnreadable { path: path.to_path_buf(), source })?;
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = loaded.get(&path) {
            return Ok(plugin.clone());
        }
        let plugin = Self::initialize(open_library(&path)?)?;
        loaded.insert(path, plugin.clone());
        Ok(plugin)
    }

    /// Finds the platform's plugin on this machine and loads it; see [`discover`] for where it looks.
    ///
    /// # Errors
    ///
    /// [`Error::PluginNotFound`] with every place searched, or a failure of [`Plugin::load`].
    pub fn find(platform: Platform, environment: &Environment) -> Result<Self> {
        Self::load(discover(platform, environment)?.path)
    }

    fn initialize(table: Table) -> Result<Self> {
        // SAFETY: the first call to the plugin, as the API wants it; the arguments hold no pointers.
        unsafe { table.call(&mut PluginInitialize::default())? };
        let mut args = PluginAttributes::default();
        // SAFETY: the arguments are all outputs.
        unsafe { table.call(&mut args)? };
        // SAFETY: the plugin keeps its attributes for as long as it is loaded.
        let attributes = unsafe { read_named_values(args.attributes, args.num_attributes) };
        Ok(Self { inner: Arc::new(Inner { table, attributes, build_id: OnceLock::new() }) })
    }

    /// The file that the plugin was loaded from.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.table.path()
    }

    /// The version of the PJRT API that the plugin was built with: major and minor.
    #[must_use]
    pub fn api_version(&self) -> (i32, i32) {
        self.inner.table.version()
    }

    /// A name for this very build of the plugin, such as `0.115-85944171f73967e8`.
    ///
    /// Serialised executables belong to the build that wrote them: other builds may refuse them, or, worse, accept them.
    /// Plugins do not tell their build, so this is the API version and a hash of samples of the file.
    ///
    /// # Errors
    ///
    /// [`Error::PluginUnreadable`] where the file is gone.
    pub fn build_id(&self) -> Result<String> {
        if let Some(id) = self.inner.build_id.get() {
            return Ok(id.clone());
        }
        let path = self.path();
        let content =
            image::content_id(path).map_err(|source| Error::PluginUnreadable { path: path.to_path_buf(), source })?;
        let (major, minor) = self.api_version();
        Ok(self.inner.build_id.get_or_init(|| format!("{major}.{minor}-{content:016x}")).clone())
    }

    /// What the plugin tells of itself; see also the accessors of single attributes.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<String, Value> {
        &self.inner.attributes
    }

    /// The version of XLA's own interface, if the plugin tells it.
    #[must_use]
    pub fn xla_version(&self) -> Option<i64> {
        match self.attributes().get("xla_version") {
            Some(Value::Int(version)) => Some(*version),
            _ => None,
        }
    }

    /// The newest StableHLO version that the plugin reads, if it tells.
    #[must_use]
    pub fn stablehlo_current_version(&self) -> Option<[i64; 3]> {
        self.version_attribute("stablehlo_current_version")
    }

    /// The oldest StableHLO version that the plugin reads, if it tells.
    #[must_use]
    pub fn stablehlo_minimum_version(&self) -> Option<[i64; 3]> {
        self.version_attribute("stablehlo_minimum_version")
    }

    fn version_attribute(&self, name: &str) -> Option<[i64; 3]> {
        match self.attributes().get(name) {
            Some(Value::IntList(parts)) => parts.as_slice().try_into().ok(),
            _ => None,
        }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.inner.table
    }

    /// The error for a call that gave no handle.
    pub(crate) fn null_result(&self, function: &'static str) -> Error {
        Error::NullResult { function, path: self.path().to_path_buf() }
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("path", &self.path())
            .field("api_version", &self.api_version())
            .field("functions", &self.inner.table.functions())
            .finish_non_exhaustive()
    }
}
