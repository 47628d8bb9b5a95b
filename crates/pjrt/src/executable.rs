//! Compiled programs.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::collections::BTreeMap;
use std::fmt;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use crate::canonical;
use crate::client::ClientHandle;
use crate::element::{ArrayType, ElementType};
use crate::error::Result;
use crate::ffi::{
    Call, ExecutableCodeSize, ExecutableCostAnalysis, ExecutableDestroy, ExecutableFingerprint, ExecutableMemoryStats,
    ExecutableName, ExecutableNumOutputs, ExecutableOptimizedProgram, ExecutableOutputDims, ExecutableOutputTypes,
    ExecutableSerialize, LoadedExecutableGetExecutable, Program, RawExecutable, RawLoadedExecutable, borrow_slice,
    copy_text, read_named_values,
};
use crate::hlo;
use crate::plugin::Plugin;
use crate::value::Value;

/// A compiled program, apart from the devices that run it.
pub struct Executable {
    plugin: Plugin,
    raw: NonNull<RawExecutable>,
    /// Kept alive where the executable belongs to a client; one compiled for a topology belongs to none.
    _client: Option<Arc<ClientHandle>>,
    num_outputs: usize,
    parameters: OnceLock<Option<Vec<ArrayType>>>,
}

// SAFETY: PJRT executables are constant and may be used and destroyed on any thread.
unsafe impl Send for Executable {}
// SAFETY: as above.
unsafe impl Sync for Executable {}

/// Memory that one run of an executable takes on its device, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutableMemory {
    /// The machine code.
    pub generated_code: i64,
    /// All arguments.
    pub arguments: i64,
    /// All outputs.
    pub outputs: i64,
    /// What arguments and outputs share, by donation.
    pub aliased: i64,
    /// Working memory.
    pub temporaries: i64,
    /// The most in use at once, arguments and outputs included; 0 where the plugin does not tell.
    pub peak: i64,
}

impl Executable {
    /// Takes ownership of an executable that a call returned.
    pub(crate) fn from_raw(
        plugin: &Plugin,
        client: Option<&Arc<ClientHandle>>,
        raw: *mut RawExecutable,
        function: &'static str,
    ) -> Result<Self> {
        let raw = NonNull::new(raw).ok_or_else(|| plugin.null_result(function))?;
        let mut executable =
            Self { plugin: plugin.clone(), raw, _client: client.cloned(), num_outputs: 0, parameters: OnceLock::new() };
        let mut args = ExecutableNumOutputs { executable: raw.as_ptr(), ..Default::default() };
        // SAFETY: the executable is live.
        unsafe { plugin.table().call(&mut args)? };
        executable.num_outputs = args.num_outputs;
        Ok(executable)
    }

    /// The executable within a loaded one.
    ///
    /// # Safety
    ///
    /// `loaded` must be a live executable of `client`.
    pub(crate) unsafe fn of_loaded(client: &Arc<ClientHandle>, loaded: *mut RawLoadedExecutable) -> Result<Self> {
        let mut args = LoadedExecutableGetExecutable { loaded, ..Default::default() };
        // SAFETY: the caller vouches for the handle.
        unsafe { client.table().call(&mut args)? };
        Self::from_raw(client.plugin(), Some(client), args.executable, LoadedExecutableGetExecutable::FUNCTION)
    }

    fn raw(&self) -> *mut RawExecutable {
        self.raw.as_ptr()
    }

    /// Calls a function on the executable.
    ///
    /// # Safety
    ///
    /// As for [`Table::call`](crate::ffi::Table::call).
    unsafe fn call<C: Call>(&self, args: &mut C) -> Result<()> {
        // SAFETY: the caller vouches for the arguments.
        unsafe { self.plugin.table().call(args) }
    }

    /// The program's name: that of its module.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn name(&self) -> Result<String> {
        let mut args = ExecutableName { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live, and the text is its own.
        unsafe {
            self.call(&mut args)?;
            Ok(copy_text(args.name.cast(), args.name_size))
        }
    }

    /// How many arrays a run gives.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.num_outputs
    }

    /// Types and shapes of the outputs.
    ///
    /// # Errors
    ///
    /// The plugin's error; a type that this crate does not know.
    pub fn outputs(&self) -> Result<Vec<ArrayType>> {
        let mut types = ExecutableOutputTypes { executable: self.raw(), ..Default::default() };
        let mut dims = ExecutableOutputDims { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live.
        unsafe {
            self.call(&mut types)?;
            self.call(&mut dims)?;
        }
        // SAFETY: the lists are the executable's own: one type and one rank for each output.
        let (types, ranks) = unsafe {
            (borrow_slice(types.types.cast_const(), types.num_types), borrow_slice(dims.dim_sizes, dims.num_outputs))
        };
        // SAFETY: the dimensions of all outputs follow each other.
        let mut rest = unsafe { borrow_slice(dims.dims, ranks.iter().sum()) };
        let mut outputs = Vec::with_capacity(types.len());
        for (&element, &rank) in types.iter().zip(ranks) {
            let (dims, others) = rest.split_at_checked(rank).unwrap_or((rest, &[]));
            rest = others;
            outputs.push(ArrayType { element: ElementType::from_raw(element)?, dims: dims.to_vec() });
        }
        Ok(outputs)
    }

    /// Types and shapes of the arguments, in order; `None` where the plugin does not show its compiled program.
    ///
    /// Read from the compiled program at the first call.
    pub fn parameters(&self) -> Option<&[ArrayType]> {
        let parameters = self.parameters.get_or_init(|| {
            let program = self.optimized_program().ok()?;
            hlo::parameters(&program)
        });
        parameters.as_deref()
    }

    /// A name for the program that equal programs share, whichever plugin compiled them.
    ///
    /// # Errors
    ///
    /// The plugin's error; [`ErrorCode::Unimplemented`](crate::ErrorCode::Unimplemented) where it makes none.
    pub fn fingerprint(&self) -> Result<Vec<u8>> {
        let mut args = ExecutableFingerprint { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live, and the bytes are its own.
        unsafe {
            self.call(&mut args)?;
            Ok(borrow_slice(args.fingerprint.cast::<u8>(), args.fingerprint_size).to_vec())
        }
    }

    /// Memory that one run takes.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn memory(&self) -> Result<ExecutableMemory> {
        let mut args = ExecutableMemoryStats { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live.
        unsafe { self.call(&mut args)? };
        Ok(ExecutableMemory {
            generated_code: args.generated_code,
            arguments: args.argument,
            outputs: args.output,
            aliased: args.alias,
            temporaries: args.temp,
            peak: args.peak_memory,
        })
    }

    /// Bytes of machine code.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn code_size(&self) -> Result<i64> {
        let mut args = ExecutableCodeSize { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live.
        unsafe { self.call(&mut args)? };
        Ok(args.size_in_bytes)
    }

    /// The compiler's estimate of the work in one run, such as `flops` and `bytes accessed`.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn cost_analysis(&self) -> Result<BTreeMap<String, Value>> {
        let mut args = ExecutableCostAnalysis { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live, and the properties are its own.
        unsafe {
            self.call(&mut args)?;
            Ok(read_named_values(args.properties, args.num_properties))
        }
    }

    /// The program after the compiler's optimisations, in the plugin's own format.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn optimized_program(&self) -> Result<OptimizedProgram> {
        let mut program = Program::default();
        let mut args =
            ExecutableOptimizedProgram { executable: self.raw(), program: &raw mut program, ..Default::default() };
        // SAFETY: the executable is live; without a place for the code the call only tells its size.
        unsafe { self.call(&mut args)? };
        let mut code = vec![0; program.code_size];
        program.code = code.as_mut_ptr().cast();
        // SAFETY: the executable is live, and `code` has the size that the plugin told.
        unsafe { self.call(&mut args)? };
        // SAFETY: the format's text is the executable's own.
        let format = unsafe { copy_text(program.format.cast(), program.format_size) };
        Ok(OptimizedProgram { format, code })
    }

    /// The executable as bytes for [`Client::load`](crate::Client::load); those of equal executables are equal as far as it is
    /// known how the plugin orders them.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let mut args = ExecutableSerialize { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live.
        unsafe { self.call(&mut args)? };
        // SAFETY: the bytes live until the deleter below runs.
        let mut bytes = unsafe { borrow_slice(args.bytes.cast::<u8>(), args.bytes_size) }.to_vec();
        if let Some(deleter) = args.deleter {
            deleter(args.serialized);
        }
        canonical::order_object_files(&mut bytes);
        Ok(bytes)
    }
}

/// A program as the compiler left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptimizedProgram {
    /// `hlo`, `hlo_with_config` or `mlir`.
    pub format: String,
    /// The program: a serialised module.
    pub code: Vec<u8>,
}

impl Drop for Executable {
    fn drop(&mut self) {
        let mut args = ExecutableDestroy { executable: self.raw(), ..Default::default() };
        // SAFETY: the executable is live and not used again.
        unsafe { self.plugin.table().destroy(&mut args) };
    }
}

impl fmt::Debug for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executable").field("name", &self.name().ok()).finish_non_exhaustive()
    }
}
