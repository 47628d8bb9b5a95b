//! Tests of the crate. They are unit tests, so that only one binary links MLIR.

mod constants;
mod emitter;
mod entry;
mod execute;

use keramos_ir::{Builder, DType, Function, TensorType};

use crate::{Lowered, LoweringError, Options, Program, lower};

/// A program of one device without names or donations.
pub(crate) fn program(function: &Function) -> Program<'_> {
    Program { name: "test", function, arguments: &[], results: &[], partitions: 1, replicas: 1 }
}

/// The StableHLO text of `function`, without locations.
pub(crate) fn text(function: &Function) -> String {
    text_of(&program(function), false)
}

/// The StableHLO text of a program.
pub(crate) fn text_of(program: &Program<'_>, locations: bool) -> String {
    let lowered = lower(program, &Options { locations, ..Options::default() });
    lowered.as_ref().ok().and_then(Lowered::text).unwrap_or_else(|| panic!("{lowered:?}")).to_owned()
}

pub(crate) fn f32(shape: &[usize]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

/// A function of `types` whose results `body` returns.
pub(crate) fn function(
    types: &[TensorType],
    body: impl FnOnce(&mut Builder, &[keramos_ir::Value]) -> keramos_ir::Result<Vec<keramos_ir::Value>>,
) -> Function {
    let mut b = Builder::new("test");
    let params: Vec<_> = types.iter().map(|ty| b.param(ty.clone())).collect();
    let results = body(&mut b, &params).unwrap();
    b.finish(results)
}

/// The error of a program that does not lower.
pub(crate) fn failure(program: &Program<'_>) -> LoweringError {
    lower(program, &Options::default()).unwrap_err()
}
