//! The table of samples that every family of primitives must have, with all derivatives.

use keramos_ir::DType;
use keramos_ir::ops::samples::all;
use keramos_ir::transform::vjp;

use super::{Case, Tolerance, check, some};

/// Derivatives of samples chain a few operations.
const CHAINED: Tolerance = Tolerance(|dtype| match dtype {
    DType::F64 | DType::C128 => 1e-11,
    DType::F32 | DType::C64 => 2e-5,
    DType::F16 => 4e-3,
    DType::BF16 => 3e-2,
    _ => 0.0,
});

#[test]
fn every_sample_and_its_derivative() {
    let samples = all(DType::F32).unwrap();
    let cases: Vec<Case> = samples.into_iter().map(|sample| Case::new(sample.op, sample.operands)).collect();
    let derivatives: Vec<Case> = cases.iter().filter_map(derivative).collect();
    assert!(derivatives.len() > 100);
    check(&cases, CHAINED);
    check(&derivatives, CHAINED);
}

/// The reverse-mode derivative in the floating-point arguments, if there are some and the primitive has one.
fn derivative(case: &Case) -> Option<Case> {
    let active: Vec<bool> = case.arguments.iter().map(|x| x.ty().dtype.is_inexact()).collect();
    if !active.contains(&true) {
        return None;
    }
    let function = vjp(&case.function, &active).ok()?;
    let floats = case.function.result_types().into_iter().filter(|ty| ty.dtype.is_inexact());
    let cotangents: Vec<_> = floats.map(|ty| some(ty.dtype, &ty.shape)).collect();
    let arguments = [&case.arguments[..], &cotangents].concat();
    Some(Case { name: format!("derivative of {}", case.name), function, arguments })
}
