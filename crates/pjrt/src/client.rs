//! A plugin's client: its devices, and the way in for programs and data.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::device::Device;
use crate::error::{Error, Result};
use crate::execute::LoadedExecutable;
use crate::ffi::{
    ClientAddressableDevices, ClientCompile, ClientCreate, ClientDestroy, ClientDevices, ClientPlatformName,
    ClientPlatformVersion, ClientProcessIndex, DeserializeAndLoad, Program, RawClient, RawOptions, Table, borrow_slice,
    copy_text,
};
use crate::options::{ClientOptions, CompileOptions};
use crate::plugin::Plugin;

/// The format of a StableHLO program, whether it is text or bytecode.
const MLIR_FORMAT: &str = "mlir";
/// The format of a serialised `xla.HloModuleProto`.
const HLO_FORMAT: &str = "hlo";

/// A connection to the devices of one plugin.
///
/// Cheap to clone; the client lives until its last buffer, executable and event is gone.
#[derive(Clone)]
pub struct Client {
    handle: Arc<ClientHandle>,
    platform_name: Arc<str>,
    platform_version: Arc<str>,
    devices: Arc<[Device]>,
}

/// The client's handle, shared by all that depends on it.
pub(crate) struct ClientHandle {
    plugin: Plugin,
    raw: NonNull<RawClient>,
}

// SAFETY: PJRT clients may be used from any thread.
unsafe impl Send for ClientHandle {}
// SAFETY: PJRT clients may be used from several threads at once.
unsafe impl Sync for ClientHandle {}

impl ClientHandle {
    pub(crate) fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    pub(crate) fn table(&self) -> &Table {
        self.plugin.table()
    }

    pub(crate) fn raw(&self) -> *mut RawClient {
        self.raw.as_ptr()
    }
}

impl Drop for ClientHandle {
    fn drop(&mut self) {
        let mut args = ClientDestroy { client: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the client is live, and whatever depends on it held this handle.
        unsafe { self.table().destroy(&mut args) };
    }
}

impl Client {
    /// Creates a client of the plugin.
    ///
    /// # Errors
    ///
    /// The plugin's error: an option that it does not have, or devices that it cannot use; [`Error::OptionKind`].
    pub fn new(plugin: &Plugin, options: &ClientOptions) -> Result<Self> {
        options.check()?;
        let create_options = RawOptions::new(options.values());
        let mut args = ClientCreate {
            create_options: create_options.as_ptr(),
            num_options: create_options.len(),
            ..Default::default()
        };
        // SAFETY: the options outlive the call; no callbacks are given.
        unsafe { plugin.table().call(&mut args)? };
        let raw = NonNull::new(args.client).ok_or_else(|| plugin.null_result("PJRT_Client_Create"))?;
        let handle = Arc::new(ClientHandle { plugin: plugin.clone(), raw });

        let mut name = ClientPlatformName { client: handle.raw(), ..Default::default() };
        // SAFETY: the client is live.
        unsafe { handle.table().call(&mut name)? };
        let mut version = ClientPlatformVersion { client: handle.raw(), ..Default::default() };
        // SAFETY: the client is live.
        unsafe { handle.table().call(&mut version)? };
        // SAFETY: the texts are the client's and live as long as it does.
        let (platform_name, platform_version) = unsafe {
            (copy_text(name.name.cast(), name.name_size), copy_text(version.version.cast(), version.version_size))
        };

        let mut devices = ClientAddressableDevices { client: handle.raw(), ..Default::default() };
        // SAFETY: the client is live.
        unsafe { handle.table().call(&mut devices)? };
        // SAFETY: the list is the client's and lives as long as it does.
        let devices = unsafe { borrow_slice(devices.devices, devices.num_devices) }
            .iter()
            .filter_map(|&raw| Device::from_raw(&handle, raw))
            .collect();
        Ok(Self { handle, platform_name: platform_name.into(), platform_version: platform_version.into(), devices })
    }

    /// The plugin behind the client.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        self.handle.plugin()
    }

    /// The platform's name, such as `cpu` or `cuda`.
    #[must_use]
    pub fn platform_name(&self) -> &str {
        &self.platform_name
    }

    /// The platform's version, in the plugin's own words.
    #[must_use]
    pub fn platform_version(&self) -> &str {
        &self.platform_version
    }

    /// This process's number among those that share the devices; 0 where there is one process.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn process_index(&self) -> Result<i32> {
        let mut args = ClientProcessIndex { client: self.handle.raw(), ..Default::default() };
        // SAFETY: the client is live.
        unsafe { self.handle.table().call(&mut args)? };
        Ok(args.process_index)
    }

    /// The devices that this process can use.
    #[must_use]
    pub fn addressable_devices(&self) -> &[Device] {
        &self.devices
    }

    /// One of [`addressable_devices`](Self::addressable_devices).
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchDevice`].
    pub fn device(&self, index: usize) -> Result<&Device> {
        self.devices.get(index).ok_or(Error::NoSuchDevice { index, available: self.devices.len() })
    }

    /// All devices of the platform, those of other processes included.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn devices(&self) -> Result<Vec<Device>> {
        let mut args = ClientDevices { client: self.handle.raw(), ..Default::default() };
        // SAFETY: the client is live.
        unsafe { self.handle.table().call(&mut args)? };
        // SAFETY: the list is the client's and lives as long as it does.
        let devices = unsafe { borrow_slice(args.devices, args.num_devices) };
        Ok(devices.iter().filter_map(|&raw| Device::from_raw(&self.handle, raw)).collect())
    }

    /// Compiles a StableHLO module, given as MLIR text or bytecode, and loads the result.
    ///
    /// # Errors
    ///
    /// The plugin's error, which names the place in the module where it is the module that is wrong.
    pub fn compile(&self, stablehlo: impl AsRef<[u8]>, options: &CompileOptions) -> Result<LoadedExecutable> {
        self.compile_program(&mlir_program(stablehlo.as_ref()), options)
    }

    /// Compiles a part of a compiled program, such as [`HloModule::slice`](crate::HloModule::slice) gives, as it stands: without
    /// any of the compiler's passes.
    ///
    /// # Errors
    ///
    /// The plugin's error where it takes no programs in this form.
    pub fn compile_hlo(&self, module: &[u8], options: &CompileOptions) -> Result<LoadedExecutable> {
        let program = program_of(module, HLO_FORMAT);
        self.compile_program(&program, &options.clone().xla("xla_disable_all_hlo_passes", true))
    }

    fn compile_program(&self, program: &Program, options: &CompileOptions) -> Result<LoadedExecutable> {
        let options = options.encode();
        let mut args = ClientCompile {
            client: self.handle.raw(),
            program: ptr::from_ref(program),
            compile_options: options.as_ptr().cast(),
            compile_options_size: options.len(),
            ..Default::default()
        };
        // SAFETY: the client is live; program and options outlive the call.
        unsafe { self.handle.table().call(&mut args)? };
        LoadedExecutable::from_raw(&self.handle, args.executable, "PJRT_Client_Compile")
    }

    /// Loads an executable that [`Executable::serialize`](crate::Executable::serialize) wrote.
    ///
    /// The bytes are machine code, of which plugins check little: one damaged may load and crash, and one that another
    /// build of the plugin wrote may load and go wrong. Load only bytes that are intact, that come from where you would
    /// take a program from, and that were written by a plugin with the same [`build_id`](Plugin::build_id).
    ///
    /// # Errors
    ///
    /// The plugin's error where the bytes are not an executable for it.
    pub fn load(&self, serialized: &[u8]) -> Result<LoadedExecutable> {
        let mut args = DeserializeAndLoad {
            client: self.handle.raw(),
            serialized: serialized.as_ptr().cast(),
            serialized_size: serialized.len(),
            ..Default::default()
        };
        // SAFETY: the client is live, and the bytes outlive the call.
        unsafe { self.handle.table().call(&mut args)? };
        LoadedExecutable::from_raw(&self.handle, args.loaded, "PJRT_Executable_DeserializeAndLoad")
    }

    pub(crate) fn handle(&self) -> &Arc<ClientHandle> {
        &self.handle
    }
}

/// Describes a program to the plugin; the result borrows `code`.
pub(crate) fn mlir_program(code: &[u8]) -> Program {
    program_of(code, MLIR_FORMAT)
}

fn program_of(code: &[u8], format: &'static str) -> Program {
    Program {
        code: code.as_ptr().cast_mut().cast(),
        code_size: code.len(),
        format: format.as_ptr().cast(),
        format_size: format.len(),
        ..Default::default()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("platform", &self.platform_name)
            .field("devices", &self.devices)
            .finish_non_exhaustive()
    }
}

/// Whether two handles are of the same client.
pub(crate) fn same_client(one: &Arc<ClientHandle>, other: &Arc<ClientHandle>) -> bool {
    ptr::eq(Arc::as_ptr(one), Arc::as_ptr(other))
}
