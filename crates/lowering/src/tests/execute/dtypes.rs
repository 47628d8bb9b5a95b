//! Every primitive with the element types that plugins treat apart: eight-bit floats and complex numbers.

use std::collections::HashSet;

use keramos_ir::ops::Convert;
use keramos_ir::ops::samples::all;
use keramos_ir::{Array, Attr, AttrReader, Builder, DType, Op, Primitive};

use super::{Case, Effort, Tolerance, check_with};

/// A few units in the last place: plugins compute in a wider type, and round between steps or not.
const UNITS: Tolerance = Tolerance(|dtype| match dtype {
    DType::F8E4M3FN => 0.15,
    DType::F8E5M2 => 0.3,
    DType::F16 => 4e-3,
    DType::C64 | DType::F32 => 2e-5,
    _ => 0.0,
});

/// One sample of each primitive that takes floats, with `dtype` instead.
fn cases(dtype: DType, skip: &[&str]) -> Vec<Case> {
    let mut seen = HashSet::new();
    let mut cases = Vec::new();
    for sample in all(DType::F32).unwrap() {
        let (name, attrs) = (sample.op.name(), sample.op.attrs());
        let has_functions = attrs.iter().any(|(_, attr)| !attr.functions().is_empty());
        let is_float = |x: &Array| x.ty().dtype == DType::F32;
        if has_functions || skip.contains(&name) || !sample.operands.iter().any(is_float) || seen.contains(name) {
            continue;
        }
        let retyped = attrs.into_iter().map(|(key, attr)| {
            (key.to_owned(), if attr == Attr::DType(DType::F32) { Attr::DType(dtype) } else { attr })
        });
        let op = Op::parse(name, &mut AttrReader::new(retyped.collect())).unwrap().unwrap();
        let operand = |x: &Array| if is_float(x) { Convert { dtype }.eval(&[x]).unwrap().remove(0) } else { x.clone() };
        let operands: Vec<Array> = sample.operands.iter().map(operand).collect();
        let mut b = Builder::new("sample");
        let params: Vec<_> = operands.iter().map(|x| b.param(x.ty().clone())).collect();
        // What the type rule refuses is a diagnostic, not a program.
        if b.emit(op.clone(), &params).is_ok() {
            seen.insert(name);
            cases.push(Case::new(op, operands));
        }
    }
    cases
}

#[test]
fn eight_bit_floats() {
    for dtype in [DType::F8E4M3FN, DType::F8E5M2] {
        // A sum that is rounded at every step depends on the order.
        let cases = cases(dtype, &["reduce_sum", "reduce_window_sum"]);
        assert!(cases.len() > 80, "{} primitives with {dtype}", cases.len());
        check_with(&cases, UNITS, Effort::Little);
    }
}

#[test]
fn complex_numbers() {
    let cases = cases(DType::C64, &[]);
    assert!(cases.len() > 40, "{} primitives", cases.len());
    check_with(&cases, UNITS, Effort::Little);
}
