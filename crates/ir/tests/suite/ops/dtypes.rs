//! Every primitive with every element type: it works in all its rules, or its type rule says that it does not.

use std::collections::BTreeMap;

use keramos_ir::ops::samples::{Sample, all};
use keramos_ir::ops::{Convert, Monoid, Reduce};
use keramos_ir::transform::{jvp, vjp, vmap};
use keramos_ir::{
    Array, Attr, AttrReader, Batch, Builder, DType, Function, IrError, Op, Primitive, eval, text, verify,
};

/// The sample with its floats, and attributes that name their type, in another type. `None` if functions inside
/// fix the types.
fn retyped(sample: &Sample, dtype: DType) -> Option<(Op, Vec<Array>)> {
    let mut attrs = Vec::new();
    for (key, attr) in sample.op.attrs() {
        attrs.push((
            key.to_owned(),
            match attr {
                Attr::DType(DType::F32) => Attr::DType(dtype),
                attr if !attr.functions().is_empty() => return None,
                attr => attr,
            },
        ));
    }
    let op = Op::parse(sample.op.name(), &mut AttrReader::new(attrs))?.ok()?;
    let operand = |x: &Array| match x.ty().dtype {
        DType::F32 => Convert { dtype }.eval(&[x]).unwrap().remove(0),
        _ => x.clone(),
    };
    Some((op, sample.operands.iter().map(operand).collect()))
}

/// The function of one primitive, or its type rule's refusal.
fn function(op: &Op, operands: &[Array]) -> Result<Function, IrError> {
    let mut b = Builder::new("sample");
    let params: Vec<_> = operands.iter().map(|x| b.param(x.ty().clone())).collect();
    let results = b.emit(op.clone(), &params)?;
    Ok(b.finish(results))
}

#[test]
fn each_primitive_works_with_each_element_type_or_says_that_it_does_not() {
    let samples = all(DType::F32).unwrap();
    let mut accepted: BTreeMap<DType, usize> = BTreeMap::new();
    for dtype in DType::all() {
        for (op, operands) in samples.iter().filter_map(|sample| retyped(sample, dtype)) {
            let f = match function(&op, &operands) {
                Ok(f) => f,
                Err(IrError::Type { .. }) => continue,
                Err(e) => panic!("{op:?} of {dtype}: {e}"),
            };
            *accepted.entry(dtype).or_default() += 1;
            eval(&f, &operands).unwrap_or_else(|e| panic!("{f}{e}"));
            let printed = f.to_string();
            assert_eq!(text::parse(&printed).unwrap_or_else(|e| panic!("{printed}{e}")).to_string(), printed);

            let mapped = vec![true; operands.len()];
            if !mapped.is_empty() {
                let (batched, _) = vmap(&f, &mapped, &Batch::new(2), &[]).unwrap_or_else(|e| panic!("{f}{e}"));
                verify(&batched).unwrap();
            }
            let active: Vec<bool> = operands.iter().map(|x| x.ty().dtype.is_inexact()).collect();
            if active.contains(&true) {
                for derivative in [jvp(&f, &active, &[]).map(|dual| dual.function), vjp(&f, &active)] {
                    match derivative {
                        Ok(derivative) => verify(&derivative).unwrap_or_else(|e| panic!("{derivative}{e}")),
                        Err(IrError::NoRule { .. }) => {}
                        Err(e) => panic!("{f}{e}"),
                    }
                }
            }
        }
    }
    println!("{accepted:?}");
    for dtype in DType::all() {
        // Shapes, indices and comparisons of equality are for all.
        assert!(accepted.get(&dtype).is_some_and(|&count| count > 40), "{dtype}: {accepted:?}");
    }
    for float in [DType::F8E4M3FN, DType::F8E5M2, DType::F16, DType::BF16, DType::F64] {
        let missing = |dtype| accepted[&DType::F32] - accepted[&dtype];
        assert!(missing(float) < 30, "{float} lacks {} of {}", missing(float), accepted[&DType::F32]);
    }
}

#[test]
fn a_refusal_names_primitive_and_type() {
    let x = Array::full(&keramos_ir::TensorType::new(DType::F8E5M2, [2]), 1.0);
    let error = function(&Reduce { monoid: Monoid::And, axes: vec![0] }.into(), &[x]).unwrap_err();
    assert_eq!(error.to_string(), "reduce_and: is not defined for f8_e5m2 (operands f8_e5m2[2])");
}
