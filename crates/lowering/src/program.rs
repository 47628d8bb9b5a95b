//! From an entry function to a finished StableHLO module.

use keramos_ir::{Function, TensorType};

use crate::context;
use crate::emit::ModuleEmitter;
use crate::error::LoweringError;

/// An entry function and how the runtime sees it.
#[derive(Debug, Clone)]
pub struct Program<'a> {
    /// The module's name, such as `train_step`; XLA shows it in profiles.
    pub name: &'a str,
    /// The function that becomes `main`.
    pub function: &'a Function,
    /// One entry per parameter of the function, or none at all.
    pub arguments: &'a [Argument],
    /// The names of the function's results (empty: unnamed), one each, or none at all.
    pub results: &'a [String],
    /// How many devices one execution is partitioned over; 1 without sharding.
    pub partitions: u32,
    /// How many replicas run the program side by side; 1 without data parallelism.
    pub replicas: u32,
}

/// How the runtime sees a parameter of an entry function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Argument {
    /// The name, such as a variable's path; empty for none.
    pub name: String,
    /// The result whose buffer this argument's buffer becomes; the types must be equal.
    pub donated_to: Option<usize>,
}

/// In which form a module is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// MLIR assembly in generic form: readable, larger, slower to write and to read.
    #[default]
    Text,
    /// MLIR bytecode.
    Bytecode,
}

/// How to lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The form of the result.
    pub format: Format,
    /// Whether operations carry file, line, column and layer path, and arguments their names.
    pub locations: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { format: Format::Text, locations: true }
    }
}

/// A finished module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowered {
    /// The module in the format asked for, as PJRT plugins take it under the format name `mlir`.
    pub code: Vec<u8>,
    /// The form of `code`.
    pub format: Format,
    /// How much it holds.
    pub stats: Stats,
}

impl Lowered {
    /// The assembly text; `None` for bytecode.
    pub fn text(&self) -> Option<&str> {
        match self.format {
            Format::Text => std::str::from_utf8(&self.code).ok(),
            Format::Bytecode => None,
        }
    }
}

/// How much a module holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Operations in all functions and regions, terminators not counted.
    pub operations: usize,
    /// Operations that were not emitted since an earlier one computes the same.
    pub merged: usize,
    /// Functions, the entry included.
    pub functions: usize,
}

/// Lowers one entry function to a verified StableHLO module.
///
/// # Errors
/// [`LoweringError::Signature`] if arguments or results do not fit the function; any other variant
/// if a primitive's `lower` rule is wrong.
pub fn lower(program: &Program<'_>, options: &Options) -> Result<Lowered, LoweringError> {
    check_signature(program)?;
    let context = context::create();
    let mut emitter = ModuleEmitter::new(&context, *options);
    emitter.entry(program)?;
    emitter.finish()
}

fn check_signature(program: &Program<'_>) -> Result<(), LoweringError> {
    let function = program.function;
    let fail = |message: String| Err(LoweringError::Signature { function: function.name.clone(), message });
    for (what, described, there) in [
        ("parameters", program.arguments.len(), function.params.len()),
        ("results", program.results.len(), function.results.len()),
    ] {
        if described != 0 && described != there {
            return fail(format!("{described} {what} are described, the function has {there}"));
        }
    }
    let mut taken: Vec<Option<usize>> = vec![None; function.results.len()];
    for (index, (argument, &param)) in program.arguments.iter().zip(&function.params).enumerate() {
        let Some(target) = argument.donated_to else {
            continue;
        };
        let (Some(slot), Some(&result)) = (taken.get_mut(target), function.results.get(target)) else {
            return fail(format!("argument {index} is donated to result {target}, which does not exist"));
        };
        if let Some(other) = slot.replace(index) {
            return fail(format!("arguments {other} and {index} are both donated to result {target}"));
        }
        let (from, to): (&TensorType, &TensorType) = (function.ty(param), function.ty(result));
        if from != to {
            return fail(format!("argument {index} of type {from} is donated to result {target} of type {to}"));
        }
    }
    Ok(())
}
