//! Calls of functions that an artifact holds.

use std::sync::Arc;

use keramos_artifact::{DType, Entry, Port, Program};
use keramos_pjrt::Buffer;

use crate::data::quoted;
use crate::error::Error;
use crate::model::Model;
use crate::session::in_program;
use crate::tensor::{HostTensor, describe};

/// Arguments that do not fit a function.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// Too few or too many arguments.
    #[error("`{function}` takes {wanted} array{} and {given} {} given: {signature}", plural(*wanted), if *given == 1 { "is" } else { "are" })]
    Count {
        /// The function.
        function: String,
        /// How many arrays it takes.
        wanted: usize,
        /// How many are given.
        given: usize,
        /// The function's types.
        signature: String,
    },
    /// An argument is of another shape or element type.
    #[error("argument {position} (`{name}`) of `{function}` must be {wanted}, found {found}; {hint}")]
    Type {
        /// The function.
        function: String,
        /// The argument's place among the arrays, from 0.
        position: usize,
        /// Its name.
        name: String,
        /// The type it must have.
        wanted: String,
        /// The type it has.
        found: String,
        /// What to do.
        hint: String,
    },
    /// A value of an argument that its type does not have.
    #[error("argument {position} (`{name}`) of `{function}`: {source}")]
    Value {
        /// The function.
        function: String,
        /// The argument's place among the arrays, from 0.
        position: usize,
        /// Its name.
        name: String,
        /// The value that does not convert.
        #[source]
        source: crate::tensor::CastError,
    },
    /// None of the types that the function was compiled for fits.
    #[error("`{function}` was compiled for other types than {found}: it takes {}; compile it for these too, with `--entry`", signatures.join(" or "))]
    NoSignature {
        /// The function.
        function: String,
        /// The types given.
        found: String,
        /// The types that it was compiled for.
        signatures: Vec<String>,
    },
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

impl Model {
    /// The programs of the function with this name, one for each list of argument types that it was
    /// compiled for, each with its index.
    ///
    /// # Errors
    /// [`Error::NoFunction`] if there is none.
    pub fn functions(&self, name: &str) -> Result<Vec<(usize, &Program)>, Error> {
        let programs = self.manifest().programs.iter().enumerate();
        let found: Vec<_> =
            programs.filter(|(_, p)| matches!(&p.entry, Entry::Function(function) if function == name)).collect();
        if found.is_empty() {
            return Err(self.no_function(name));
        }
        Ok(found)
    }

    /// Calls a function of the artifact. The arguments are the leaves of its argument trees, and the
    /// results those of its result, in the order of `jax.tree.leaves`; static arguments are left out.
    ///
    /// As JAX takes NumPy's arrays, 64-bit elements become the function's 32-bit ones; `float32` is
    /// rounded to the narrower floats that NumPy does not have.
    ///
    /// # Errors
    /// [`Error::NoFunction`]; [`Error::Call`] if the arguments do not fit; [`Error::Execution`].
    pub fn call(&mut self, name: &str, arguments: &[HostTensor]) -> Result<Vec<HostTensor>, Error> {
        let (program, arguments) = self.bind(name, arguments)?;
        let artifact = Arc::clone(self.artifact());
        let uploads = arguments.iter().map(|a| self.upload(a.dtype(), a.shape(), a.bytes()));
        let uploads = uploads.collect::<Result<Vec<Buffer>, Error>>();
        let results = self.run(program, uploads.map_err(|error| error.of_program(&artifact, program))?)?;
        let reads = results.iter().map(Buffer::read).collect::<Result<Vec<_>, _>>();
        let reads = reads.map_err(|error| in_program(&artifact, program, error))?;
        let outputs = self.program(program)?.outputs.clone();
        let tensor = |(port, read): (Port, keramos_pjrt::PendingRead)| {
            let bytes = read.wait().map_err(|error| in_program(&artifact, program, error))?;
            Ok(HostTensor::new(port.dtype, port.shape, bytes)?)
        };
        outputs.into_iter().zip(reads).map(tensor).collect()
    }

    /// The program that takes arguments of these types, and the arguments as it takes them.
    fn bind(&self, name: &str, arguments: &[HostTensor]) -> Result<(usize, Vec<HostTensor>), Error> {
        let candidates = self.functions(name)?;
        if let [(index, only)] = candidates.as_slice() {
            return Ok((*index, fit_all(name, only, arguments)?));
        }
        let exact = |program: &Program| {
            let ports = program.arguments();
            ports.map(|(_, p)| (p.dtype, p.shape.as_slice())).eq(arguments.iter().map(|a| (a.dtype(), a.shape())))
        };
        if let Some((index, _)) = candidates.iter().find(|(_, program)| exact(program)) {
            return Ok((*index, arguments.to_vec()));
        }
        for (index, program) in &candidates {
            if let Ok(arguments) = fit_all(name, program, arguments) {
                return Ok((*index, arguments));
            }
        }
        let found: Vec<String> = arguments.iter().map(HostTensor::describe).collect();
        Err(CallError::NoSignature {
            function: name.to_owned(),
            found: format!("({})", found.join(", ")),
            signatures: candidates.iter().map(|(_, program)| signature(program)).collect(),
        }
        .into())
    }

    fn no_function(&self, name: &str) -> Error {
        let mut available: Vec<String> = Vec::new();
        for program in &self.manifest().programs {
            if let Entry::Function(name) = &program.entry
                && !available.contains(name)
            {
                available.push(name.clone());
            }
        }
        let hint = match available.as_slice() {
            [] => {
                "it has no functions; name them when it is compiled: keramos compile --entry \"f:f32[8,3]\"".to_owned()
            }
            _ => format!("it has {}", quoted(&available)),
        };
        Error::NoFunction { model: self.manifest().name.clone(), function: name.to_owned(), hint }
    }
}

/// A function's types: `(x: float32[8, 3], n: int32[]) -> (float32[8])`.
pub fn signature(program: &Program) -> String {
    let argument = |(_, port): (usize, &Port)| format!("{}: {}", port.name, describe(port.dtype, &port.shape));
    let arguments: Vec<String> = program.arguments().map(argument).collect();
    let results = program.outputs.iter().map(|port| describe(port.dtype, &port.shape));
    format!("({}) -> ({})", arguments.join(", "), results.collect::<Vec<_>>().join(", "))
}

fn fit_all(name: &str, program: &Program, arguments: &[HostTensor]) -> Result<Vec<HostTensor>, Error> {
    let ports: Vec<&Port> = program.arguments().map(|(_, port)| port).collect();
    if ports.len() != arguments.len() {
        return Err(CallError::Count {
            function: name.to_owned(),
            wanted: ports.len(),
            given: arguments.len(),
            signature: signature(program),
        }
        .into());
    }
    ports.iter().zip(arguments).enumerate().map(|(i, (port, a))| fit(name, i, port, a)).collect()
}

/// The argument as the port takes it.
///
/// # Errors
/// [`CallError::Type`] or [`CallError::Value`].
fn fit(function: &str, position: usize, port: &Port, given: &HostTensor) -> Result<HostTensor, Error> {
    let error = |hint: String| CallError::Type {
        function: function.to_owned(),
        position,
        name: port.name.clone(),
        wanted: describe(port.dtype, &port.shape),
        found: given.describe(),
        hint,
    };
    if given.shape() != port.shape {
        return Err(error(shape_hint(&port.shape, given.shape())).into());
    }
    if given.dtype() == port.dtype {
        return Ok(given.clone());
    }
    if !converts(given.dtype(), port.dtype) {
        return Err(error(format!("convert it first: array.astype(\"{}\")", port.dtype)).into());
    }
    let name = port.name.clone();
    Ok(given.cast(port.dtype).map_err(|source| CallError::Value {
        function: function.to_owned(),
        position,
        name,
        source,
    })?)
}

/// Whether an array of one type is taken for another: what JAX does to NumPy's arrays, and what stands
/// for types that NumPy does not have.
fn converts(from: DType, to: DType) -> bool {
    use DType::{BF16, C64, C128, F8E4M3FN, F8E5M2, F32, F64, I32, I64, U32, U64};
    matches!((from, to), (F64, F32) | (I64, I32) | (U64, U32) | (C128, C64) | (F32 | F64, BF16 | F8E4M3FN | F8E5M2))
}

fn shape_hint(wanted: &[usize], found: &[usize]) -> String {
    let size = |shape: &[usize]| shape.iter().product::<usize>();
    if size(wanted) == size(found) {
        return format!("it has as many elements: array.reshape({wanted:?}) makes it fit");
    }
    "compile the function for this shape too, with `--entry`, or export the module for it".to_owned()
}
