//! Every sample of every primitive, with every choice of mapped operands.

use keramos_ir::ops::samples::{Sample, all};
use keramos_ir::transform::{jvp, vjp, vmap};
use keramos_ir::{Array, Batch, Builder, DType, Function, IrError, Primitive, verify};

use super::{check, choices, examples};
use crate::numeric::Random;

fn function(sample: &Sample) -> Function {
    let mut b = Builder::new("sample");
    let params: Vec<_> = sample.operands.iter().map(|x| b.param(x.ty().clone())).collect();
    let results = b.emit(sample.op.clone(), &params).unwrap();
    b.finish(results)
}

/// The samples whose examples do not share anything; one generator of random bits makes those of all examples.
fn independent(float: DType) -> impl Iterator<Item = Sample> {
    all(float).unwrap().into_iter().filter(|sample| sample.op.name() != "rng_bit_generator")
}

fn tolerance(float: DType) -> f64 {
    if float == DType::F64 { 1e-12 } else { 1e-6 }
}

#[test]
fn a_batched_primitive_computes_each_example() {
    for float in [DType::F64, DType::F32] {
        for sample in independent(float) {
            let f = function(&sample);
            let operands = examples(&sample.operands, 3);
            for mapped in choices(sample.operands.len()) {
                check(&f, &operands, &mapped, tolerance(float));
            }
        }
    }
}

#[test]
fn batches_of_one_and_none() {
    for sample in independent(DType::F64) {
        let f = function(&sample);
        for mapped in choices(sample.operands.len()) {
            check(&f, &examples(&sample.operands, 1), &mapped, 1e-12);
            let (nothing, _) = vmap(&f, &mapped, &Batch::new(0), &[]).unwrap_or_else(|e| panic!("{f}{e}"));
            verify(&nothing).unwrap();
        }
    }
}

#[test]
fn batching_twice_maps_over_both() {
    for sample in independent(DType::F64) {
        let f = function(&sample);
        let n = sample.operands.len();
        for inner in [vec![true; n], (0..n).map(|i| i % 2 == 0).collect::<Vec<_>>()] {
            if !inner.contains(&true) {
                continue;
            }
            let (once, _) = vmap(&f, &inner, &Batch::new(2), &[]).unwrap();
            let operands: Vec<Array> = sample
                .operands
                .iter()
                .zip(&inner)
                .map(|(x, &mapped)| if mapped { super::stack(&[x.clone(), super::varied(x, 1)]) } else { x.clone() })
                .collect();
            for outer in [vec![true; n], (0..n).map(|i| i % 2 == 1).collect()] {
                if outer.contains(&true) {
                    let examples: Vec<Vec<Array>> =
                        operands.iter().map(|x| vec![x.clone(), super::varied(x, 1)]).collect();
                    check(&once, &examples, &outer, 1e-12);
                }
            }
        }
    }
}

#[test]
fn derivatives_are_batched_and_batches_are_differentiated() {
    let mut random = Random(11);
    for sample in independent(DType::F64) {
        let f = function(&sample);
        let active: Vec<bool> = sample.operands.iter().map(|x| x.ty().dtype.is_inexact()).collect();
        if !active.contains(&true) {
            continue;
        }
        let dual = match jvp(&f, &active, &vec![true; f.results.len()]) {
            Ok(dual) => dual.function,
            Err(IrError::NoRule { .. }) => continue,
            Err(e) => panic!("{f}{e}"),
        };
        let mut operands = examples(&sample.operands, 2);
        for (x, _) in sample.operands.iter().zip(&active).filter(|(_, active)| **active) {
            operands.push(vec![random.array(x.ty()), random.array(x.ty())]);
        }
        check(&dual, &operands, &vec![true; operands.len()], 1e-9);
        // Tangents alone, as in a Jacobian by columns.
        let tangents: Vec<bool> = (0..operands.len()).map(|i| i >= sample.operands.len()).collect();
        check(&dual, &operands, &tangents, 1e-9);

        if let Ok(backward) = vjp(&f, &active) {
            let results: Vec<_> = f.result_types().into_iter().filter(|ty| ty.dtype.is_inexact()).collect();
            if results.iter().any(|ty| ty.dtype != DType::F64) {
                continue;
            }
            let mut operands = examples(&sample.operands, 2);
            operands.extend(results.iter().map(|ty| vec![random.array(ty), random.array(ty)]));
            check(&backward, &operands, &vec![true; operands.len()], 1e-9);
        }

        // The other way round: the derivative of the batch is the batch of the derivatives.
        let (batched, flags) = vmap(&f, &active, &Batch::new(2), &vec![true; f.results.len()]).unwrap();
        assert!(flags.iter().all(|&mapped| mapped));
        let outside = jvp(&batched, &active, &vec![true; f.results.len()]).unwrap_or_else(|e| panic!("{batched}{e}"));
        let mapped: Vec<bool> = active.iter().copied().chain(active.iter().filter(|a| **a).copied()).collect();
        let (inside, _) = vmap(&dual, &mapped, &Batch::new(2), &vec![true; 2 * f.results.len()]).unwrap();
        let mut given: Vec<Array> = Vec::new();
        for (x, &mapped) in sample.operands.iter().zip(&active) {
            given.push(if mapped { super::stack(&[x.clone(), super::varied(x, 1)]) } else { x.clone() });
        }
        for (x, _) in sample.operands.iter().zip(&active).filter(|(_, active)| **active) {
            given.push(super::stack(&[random.array(x.ty()), random.array(x.ty())]));
        }
        let found = keramos_ir::eval(&outside.function, &given).unwrap();
        let expected = keramos_ir::eval(&inside, &given).unwrap();
        println!("{} {}", sample.op.name(), outside.function);
        crate::numeric::assert_close(&found, &expected, 1e-9);
    }
}
