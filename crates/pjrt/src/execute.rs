//! Running compiled programs.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::buffer::Buffer;
use crate::client::{ClientHandle, same_client};
use crate::device::Device;
use crate::element::ArrayType;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::executable::Executable;
use crate::ffi::{
    Call, ExecuteOptions, LoadedExecutableDestroy, LoadedExecutableDevices, LoadedExecutableExecute, RawBuffer,
    RawEvent, RawLoadedExecutable, borrow_slice,
};

/// A compiled program on the devices that run it.
pub struct LoadedExecutable {
    // Declared first: destroyed before the loaded executable that it was taken from.
    executable: Executable,
    handle: LoadedHandle,
    devices: Vec<Device>,
}

struct LoadedHandle {
    client: Arc<ClientHandle>,
    raw: NonNull<RawLoadedExecutable>,
}

// SAFETY: PJRT executables may be used and destroyed on any thread.
unsafe impl Send for LoadedHandle {}
// SAFETY: PJRT executables may be run from several threads at once.
unsafe impl Sync for LoadedHandle {}

impl Drop for LoadedHandle {
    fn drop(&mut self) {
        let mut args = LoadedExecutableDestroy { executable: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the executable is live and not used again.
        unsafe { self.client.table().destroy(&mut args) };
    }
}

/// An argument of an execution.
#[derive(Debug)]
pub enum Argument<'a> {
    /// The buffer stays as it is, also where the program writes an output over this argument: it gets a copy then.
    Keep(&'a Buffer),
    /// The buffer is given up, so that the program may write an output over it.
    Donate(Buffer),
}

impl Argument<'_> {
    fn buffer(&self) -> &Buffer {
        match self {
            Self::Keep(buffer) => buffer,
            Self::Donate(buffer) => buffer,
        }
    }
}

impl<'a> From<&'a Buffer> for Argument<'a> {
    fn from(buffer: &'a Buffer) -> Self {
        Self::Keep(buffer)
    }
}

impl From<Buffer> for Argument<'_> {
    fn from(buffer: Buffer) -> Self {
        Self::Donate(buffer)
    }
}

/// A run under way, or done.
#[must_use = "a run fails silently where nothing of it is waited for"]
pub struct Execution {
    outputs: Vec<Buffer>,
    done: Option<Event>,
}

impl Execution {
    /// Blocks until the run is done.
    ///
    /// # Errors
    ///
    /// The error that the run ended with.
    pub fn wait(self) -> Result<Vec<Buffer>> {
        if let Some(done) = &self.done {
            done.wait()?;
        }
        Ok(self.outputs)
    }

    /// The outputs, without waiting: whatever uses them waits, and gets the run's error if there was one.
    #[must_use]
    pub fn into_outputs(self) -> Vec<Buffer> {
        self.outputs
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

impl LoadedExecutable {
    /// Takes ownership of an executable that a call returned.
    pub(crate) fn from_raw(
        client: &Arc<ClientHandle>,
        raw: *mut RawLoadedExecutable,
        function: &'static str,
    ) -> Result<Self> {
        let raw = NonNull::new(raw).ok_or_else(|| client.plugin().null_result(function))?;
        let handle = LoadedHandle { client: Arc::clone(client), raw };
        // SAFETY: the handle is live and of this client.
        let executable = unsafe { Executable::of_loaded(client, raw.as_ptr())? };
        let mut args = LoadedExecutableDevices { executable: raw.as_ptr(), ..Default::default() };
        // SAFETY: the handle is live.
        unsafe { client.table().call(&mut args)? };
        // SAFETY: the list belongs to the executable; the devices are the client's.
        let devices = unsafe { borrow_slice(args.devices, args.num_devices) }
            .iter()
            .filter_map(|&raw| Device::from_raw(client, raw))
            .collect();
        Ok(Self { executable, handle, devices })
    }

    /// The compiled program: its outputs, its memory, its bytes.
    #[must_use]
    pub fn executable(&self) -> &Executable {
        &self.executable
    }

    /// The devices that each run uses; empty for a portable executable.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Runs the program on the one device that it was compiled for.
    ///
    /// Arguments are kept or donated one by one: `&buffer` keeps, `buffer` donates.
    ///
    /// # Errors
    ///
    /// [`Error::ArgumentCount`] or [`Error::ArgumentType`] where the arguments do not fit the program; the plugin's error.
    /// Donated buffers are lost in either case.
    /// [`Error::ArgumentLists`] where the program was compiled for several devices.
    pub fn execute<'a, A: Into<Argument<'a>>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Execution> {
        let arguments = arguments.into_iter().map(Into::into).collect();
        let mut executions = self.run(vec![arguments], None)?;
        executions.pop().ok_or_else(|| self.null_result())
    }

    /// Runs a portable program (see [`CompileOptions::portable`](crate::CompileOptions::portable)) on one device.
    ///
    /// # Errors
    ///
    /// As for [`execute`](Self::execute); the plugin's error where the program is not portable;
    /// [`Error::ForeignHandle`] where the device is another client's.
    pub fn execute_on<'a, A: Into<Argument<'a>>>(
        &self,
        device: &Device,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Execution> {
        if !same_client(&self.handle.client, device.client()) {
            return Err(Error::ForeignHandle { what: "device" });
        }
        let arguments = arguments.into_iter().map(Into::into).collect();
        let mut executions = self.run(vec![arguments], Some(device))?;
        executions.pop().ok_or_else(|| self.null_result())
    }

    /// Runs the program on all devices that it was compiled for, with one list of arguments for each.
    ///
    /// An argument is donated where every device's list donates it.
    ///
    /// # Errors
    ///
    /// As for [`execute`](Self::execute).
    pub fn execute_replicas(&self, arguments: Vec<Vec<Argument<'_>>>) -> Result<Vec<Execution>> {
        self.run(arguments, None)
    }

    fn run(&self, arguments: Vec<Vec<Argument<'_>>>, device: Option<&Device>) -> Result<Vec<Execution>> {
        let client = &self.handle.client;
        let num_args = self.check(&arguments, device)?;
        let raw_arguments: Vec<Vec<*mut RawBuffer>> =
            arguments.iter().map(|list| list.iter().map(|argument| argument.buffer().raw()).collect()).collect();
        let argument_lists: Vec<*const *mut RawBuffer> = raw_arguments.iter().map(|list| list.as_ptr()).collect();

        let num_outputs = self.executable.num_outputs();
        let mut raw_outputs = vec![vec![ptr::null_mut::<RawBuffer>(); num_outputs]; arguments.len()];
        let output_lists: Vec<*mut *mut RawBuffer> = raw_outputs.iter_mut().map(|list| list.as_mut_ptr()).collect();
        let mut events = vec![ptr::null_mut::<RawEvent>(); arguments.len()];

        let kept = kept_indices(&arguments, num_args);
        let mut options = ExecuteOptions {
            non_donatable_input_indices: kept.as_ptr(),
            num_non_donatable_input_indices: kept.len(),
            ..Default::default()
        };
        let mut args = LoadedExecutableExecute {
            executable: self.handle.raw.as_ptr(),
            options: &raw mut options,
            argument_lists: argument_lists.as_ptr(),
            num_devices: arguments.len(),
            num_args,
            output_lists: output_lists.as_ptr(),
            device_complete_events: events.as_mut_ptr(),
            execute_device: device.map_or(ptr::null_mut(), Device::raw),
            ..Default::default()
        };
        // SAFETY: executable, arguments and device are live and of one client; the lists outlive the call and have the
        // lengths given; each output list has room for the program's outputs.
        unsafe { client.table().call(&mut args)? };

        let done: Vec<Option<Event>> = events.iter().map(|&raw| Event::from_raw(client, raw)).collect();
        raw_outputs
            .into_iter()
            .zip(done)
            .map(|(outputs, done)| {
                // Every handle is owned before the first failure is looked at, so that none is lost.
                let outputs: Vec<Result<Buffer>> = outputs
                    .into_iter()
                    .map(|raw| Buffer::from_raw(client, raw, LoadedExecutableExecute::FUNCTION))
                    .collect();
                Ok(Execution { outputs: outputs.into_iter().collect::<Result<_>>()?, done })
            })
            .collect::<Vec<Result<Execution>>>()
            .into_iter()
            .collect()
    }

    /// Checks the lists against the devices and the client; tells the number of arguments.
    fn check(&self, arguments: &[Vec<Argument<'_>>], device: Option<&Device>) -> Result<usize> {
        let devices = if device.is_some() { 1 } else { self.devices.len().max(1) };
        let lengths = || arguments.iter().map(Vec::len);
        let num_args = lengths().next().unwrap_or(0);
        if arguments.len() != devices || lengths().any(|length| length != num_args) {
            return Err(Error::ArgumentLists { devices, lengths: lengths().collect() });
        }
        let foreign = |argument: &Argument<'_>| !same_client(argument.buffer().client(), &self.handle.client);
        if arguments.iter().flatten().any(foreign) {
            return Err(Error::ForeignHandle { what: "buffer" });
        }
        if let Some(parameters) = self.executable.parameters() {
            for list in arguments {
                check_types(parameters, list)?;
            }
        }
        Ok(num_args)
    }

    fn null_result(&self) -> Error {
        self.handle.client.plugin().null_result(LoadedExecutableExecute::FUNCTION)
    }
}

/// Plugins compare no more than sizes in bytes, and take integers for floats of the same width.
fn check_types(parameters: &[ArrayType], arguments: &[Argument<'_>]) -> Result<()> {
    if parameters.len() != arguments.len() {
        let (expected, actual) = (parameters.len(), arguments.len());
        return Err(Error::ArgumentCount { expected, actual });
    }
    for (index, (expected, argument)) in parameters.iter().zip(arguments).enumerate() {
        let buffer = argument.buffer();
        let (element, dims) = (buffer.element_type(), buffer.dims());
        if (element, dims) != (expected.element, expected.dims.as_slice()) {
            let actual = ArrayType { element, dims: dims.to_vec() };
            return Err(Error::ArgumentType { index, expected: expected.clone(), actual });
        }
    }
    Ok(())
}

/// Positions of the arguments that some device keeps.
fn kept_indices(arguments: &[Vec<Argument<'_>>], num_args: usize) -> Vec<i64> {
    let kept = |index: &usize| arguments.iter().any(|list| matches!(list.get(*index), Some(Argument::Keep(_))));
    (0..num_args).filter(kept).map(|index| index as i64).collect()
}

impl fmt::Debug for LoadedExecutable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedExecutable")
            .field("executable", &self.executable)
            .field("devices", &self.devices)
            .finish()
    }
}
