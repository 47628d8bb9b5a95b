//! Compiling for devices that this machine does not have.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::fmt;
use std::ptr::NonNull;

use crate::client::mlir_program;
use crate::device::{DeviceDescription, read_description};
use crate::error::Result;
use crate::executable::Executable;
use crate::ffi::{
    Call, Compile, RawOptions, RawTopology, TopologyCreate, TopologyDestroy, TopologyDevices, TopologyPlatformName,
    TopologyPlatformVersion, borrow_slice, copy_text,
};
use crate::options::{ClientOptions, CompileOptions};
use crate::plugin::Plugin;

/// A description of devices, present or absent, to compile for.
pub struct Topology {
    plugin: Plugin,
    raw: NonNull<RawTopology>,
}

// SAFETY: PJRT topologies are constant and may be used and destroyed on any thread.
unsafe impl Send for Topology {}
// SAFETY: as above.
unsafe impl Sync for Topology {}

impl Topology {
    /// Describes devices by the plugin's name for them, such as `v5e:2x2`, and by options such as `target_config`.
    ///
    /// Google's TPU library asks a metadata server of its cloud for minutes when it is loaded elsewhere; the environment
    /// variable `TPU_SKIP_MDS_QUERY=1`, set before the process starts, keeps it from asking.
    ///
    /// # Errors
    ///
    /// The plugin's error: a name or an option that it does not know, or no support for absent devices.
    pub fn new(plugin: &Plugin, name: &str, options: &ClientOptions) -> Result<Self> {
        let create_options = RawOptions::new(options.values());
        let mut args = TopologyCreate {
            name: name.as_ptr().cast(),
            name_size: name.len(),
            create_options: create_options.as_ptr(),
            num_options: create_options.len(),
            ..Default::default()
        };
        // SAFETY: name and options outlive the call.
        unsafe { plugin.table().call(&mut args)? };
        let raw = NonNull::new(args.topology).ok_or_else(|| plugin.null_result(TopologyCreate::FUNCTION))?;
        Ok(Self { plugin: plugin.clone(), raw })
    }

    /// The platform's name, such as `tpu`.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn platform_name(&self) -> Result<String> {
        let mut args = TopologyPlatformName { topology: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the topology is live, and the text is its own.
        unsafe {
            self.plugin.table().call(&mut args)?;
            Ok(copy_text(args.name.cast(), args.name_size))
        }
    }

    /// The platform's version, in the plugin's own words.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn platform_version(&self) -> Result<String> {
        let mut args = TopologyPlatformVersion { topology: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the topology is live, and the text is its own.
        unsafe {
            self.plugin.table().call(&mut args)?;
            Ok(copy_text(args.version.cast(), args.version_size))
        }
    }

    /// The devices described.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn devices(&self) -> Result<Vec<DeviceDescription>> {
        let mut args = TopologyDevices { topology: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the topology is live.
        unsafe { self.plugin.table().call(&mut args)? };
        // SAFETY: the descriptions are the topology's own.
        unsafe {
            borrow_slice(args.descriptions, args.num_descriptions)
                .iter()
                .map(|&description| read_description(self.plugin.table(), description))
                .collect()
        }
    }

    /// Compiles a StableHLO module, given as MLIR text or bytecode, for these devices.
    ///
    /// # Errors
    ///
    /// The plugin's error, which names the place in the module where it is the module that is wrong.
    pub fn compile(&self, stablehlo: impl AsRef<[u8]>, options: &CompileOptions) -> Result<Executable> {
        let program = mlir_program(stablehlo.as_ref());
        let options = options.encode();
        let mut args = Compile {
            topology: self.raw.as_ptr(),
            program: &raw const program,
            compile_options: options.as_ptr().cast(),
            compile_options_size: options.len(),
            ..Default::default()
        };
        // SAFETY: the topology is live; program and options outlive the call.
        unsafe { self.plugin.table().call(&mut args)? };
        Executable::from_raw(&self.plugin, None, args.executable, Compile::FUNCTION)
    }
}

impl Drop for Topology {
    fn drop(&mut self) {
        let mut args = TopologyDestroy { topology: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the topology is live and not used again.
        unsafe { self.plugin.table().destroy(&mut args) };
    }
}

impl fmt::Debug for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topology").field("platform", &self.platform_name().ok()).finish_non_exhaustive()
    }
}
