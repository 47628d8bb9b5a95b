//! Primitives that move, combine and make elements.

use std::sync::Arc;

use keramos_ir::DType;
use keramos_ir::ops::{
    BroadcastInDim, Concatenate, Constant, DynamicSlice, DynamicUpdateSlice, Iota, Monoid, Pad, Padding, Reduce,
    Reshape, Rev, Slice, Transpose,
};

use crate::tests::{function, program};
use crate::{Argument, Format, Options, Program, lower};

use super::{Case, ROUNDING, array, check, run, some, with_derivatives};

/// Every primitive that moves elements moves them alike for all types; some are enough.
const TYPES: [DType; 4] = [DType::F32, DType::I32, DType::BF16, DType::Bool];

#[test]
fn shapes() {
    let mut cases = Vec::new();
    for dtype in TYPES {
        cases.push(Case::new(Reshape { shape: vec![3, 8] }, [some(dtype, &[2, 3, 4])]));
        cases.push(Case::new(Reshape { shape: vec![] }, [some(dtype, &[1, 1])]));
        cases.push(Case::new(Transpose { permutation: vec![2, 0, 1] }, [some(dtype, &[2, 3, 4])]));
        cases.push(Case::new(BroadcastInDim { shape: vec![2, 3], dims: vec![] }, [some(dtype, &[])]));
        cases.push(Case::new(BroadcastInDim { shape: vec![2, 3, 4], dims: vec![0, 2] }, [some(dtype, &[2, 1])]));
        cases.push(Case::new(BroadcastInDim { shape: vec![2, 3], dims: vec![1] }, [some(dtype, &[3])]));
        cases.push(Case::new(Rev { dims: vec![2, 0] }, [some(dtype, &[2, 3, 4])]));
        cases.push(Case::new(Concatenate { dim: 1 }, [2, 1, 3].map(|n| some(dtype, &[2, n, 2]))));
    }
    check(&with_derivatives(cases), ROUNDING);
}

#[test]
fn windows() {
    let mut cases = Vec::new();
    for dtype in TYPES {
        let x = some(dtype, &[4, 6]);
        cases.push(Case::new(Slice { start: vec![1, 0], limit: vec![4, 6], strides: vec![1, 4] }, [x.clone()]));
        let padding = vec![Padding { low: 1, high: -1, interior: 2 }, Padding { low: -2, high: 3, interior: 0 }];
        cases.push(Case::new(Pad { padding }, [x.clone(), some(dtype, &[])]));
        // Starts outside are clamped.
        for starts in [[1.0, 2.0], [-7.0, 9.0]] {
            let [row, column] = starts.map(|s| array(DType::I32, &[], &[s]));
            cases.push(Case::new(DynamicSlice { sizes: vec![2, 3] }, [x.clone(), row.clone(), column.clone()]));
            cases.push(Case::new(DynamicUpdateSlice, [x.clone(), some(dtype, &[2, 3]), row, column]));
        }
    }
    check(&with_derivatives(cases), ROUNDING);
}

#[test]
fn iota() {
    let cases: Vec<Case> = DType::all()
        .flat_map(|dtype| [0, 1].map(|dim| Iota { dtype, shape: vec![3, 5], dim }))
        .filter_map(|iota| Case::if_defined(iota, []))
        .collect();
    assert!(cases.len() > 20);
    check(&cases, ROUNDING);
}

#[test]
fn constants_of_all_types() {
    let cases: Vec<Case> = DType::all()
        .flat_map(|dtype| [vec![], vec![5], vec![4, 0], vec![3, 50]].map(|shape| some(dtype, &shape)))
        .map(|array| Case::new(Constant(Arc::new(array)), []))
        .collect();
    check(&cases, ROUNDING);
}

#[test]
fn reductions() {
    let mut cases = Vec::new();
    for &monoid in Monoid::ALL {
        let on =
            |axes: &[usize], dtype| Case::if_defined(Reduce { monoid, axes: axes.to_vec() }, [some(dtype, &[2, 3, 4])]);
        // XLA rounds after each of a few steps, which 8-bit floats do not survive.
        let types = DType::all().filter(|dtype| !dtype.is_float8());
        cases.extend(types.filter_map(|dtype| on(&[0, 2], dtype)));
        cases.extend([vec![], vec![1], vec![0, 1, 2]].iter().filter_map(|axes| on(axes, DType::F32)));
    }
    check(&with_derivatives(cases), ROUNDING);
}

#[test]
fn both_formats_run_alike() {
    let input = some(DType::F32, &[4]);
    let function = function(&[input.ty().clone()], |b, v| Ok(vec![b.exp(v[0])?]));
    let argument = Argument { name: "modèle/état".to_owned(), donated_to: Some(0) };
    let program = Program { arguments: &[argument], results: &["naïf \"x\"".to_owned()], ..program(&function) };
    let results = [Format::Text, Format::Bytecode]
        .map(|format| run(&lower(&program, &Options { format, locations: true }).unwrap().code, &[&input]));
    assert_eq!(results[0], results[1]);
}
