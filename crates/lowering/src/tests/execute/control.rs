//! Calls, loops, sorting, random bits.

use std::sync::Arc;

use keramos_ir::ops::{IntegerPow, Sort, TopK};
use keramos_ir::{Array, Builder, DType, Function, Result, TensorType, Value, random};

use super::{Case, ROUNDING, array, check, some, with_derivatives};

fn function(types: &[TensorType], body: impl FnOnce(&mut Builder, &[Value]) -> Result<Vec<Value>>) -> Arc<Function> {
    Arc::new(crate::tests::function(types, body))
}

fn scalar(value: f64) -> Array {
    array(DType::F32, &[], &[value])
}

#[test]
fn calls() {
    let ty = TensorType::new(DType::F32, [3]);
    let square = function(std::slice::from_ref(&ty), |b, v| Ok(vec![b.mul(v[0], v[0])?]));
    let fourth = function(std::slice::from_ref(&ty), |b, v| {
        let inner = b.call(&square, v)?;
        b.call(&square, &inner)
    });
    // The rule's derivative is not that of the function, to tell which of them is used.
    let rule = function(&[ty.clone(), ty.clone(), ty], |b, v| Ok(vec![v[1], b.mul_scalar(v[2], 5.0)?]));
    let x = || some(DType::F32, &[3]);
    let cases = vec![
        Case::of("nested calls", [x()], |b, v| b.call(&fourth, v)),
        Case::of("two calls", [x(), x()], |b, v| {
            let (left, right) = (b.call(&fourth, &v[..1])?, b.call(&fourth, &v[1..])?);
            Ok(vec![b.add(left[0], right[0])?])
        }),
        Case::of("custom_jvp", [x()], |b, v| b.custom_jvp(&square, &rule, v)),
        Case::of("stop_gradient", [x()], |b, v| {
            let stopped = b.stop_gradient(v[0])?;
            Ok(vec![b.mul(v[0], stopped)?])
        }),
        Case::of("optimization_barrier", [x(), x()], |b, v| b.optimization_barrier(v)),
    ];
    check(&with_derivatives(cases), ROUNDING);
}

#[test]
fn loops() {
    let (real, count) = (TensorType::scalar(DType::F32), TensorType::scalar(DType::I32));
    let types = [count.clone(), real.clone()];
    let small = function(&types, |b, v| {
        let limit = b.constant(scalar(100.0))?;
        Ok(vec![b.lt(v[1], limit)?])
    });
    let triple = function(&[real], |b, v| Ok(vec![b.mul_scalar(v[0], 3.0)?]));
    let step = function(&types, |b, v| {
        let next = b.call(&triple, &v[1..])?;
        Ok(vec![b.add_scalar(v[0], 1.0)?, next[0]])
    });
    let counting = |start: f64| {
        let zero = array(DType::I32, &[], &[0.0]);
        Case::of("while", [zero, scalar(start)], |b, v| b.while_loop(&small, &step, v))
    };
    check(&[counting(1.0), counting(1e6)], ROUNDING);
}

#[test]
fn sorting() {
    let mut values: Vec<f64> = (0..24).map(|i| f64::from(i * 7 % 12) - 5.0).collect();
    (values[3], values[9], values[20]) = (f64::NAN, f64::INFINITY, -0.0);
    let keys = array(DType::F32, &[2, 12], &values);
    let second = some(DType::I32, &[2, 12]);
    let mut cases = vec![
        Case::new(Sort { dim: 1, num_keys: 1 }, [keys.clone()]),
        Case::new(Sort { dim: 0, num_keys: 1 }, [keys.clone(), second.clone()]),
        Case::new(Sort { dim: 1, num_keys: 2 }, [keys.clone(), second.clone()]),
        Case::new(TopK { k: 5 }, [keys]),
        Case::new(TopK { k: 12 }, [second]),
    ];
    let types = [DType::Bool, DType::U8, DType::BF16, DType::I64];
    cases.extend(types.map(|dtype| Case::new(Sort { dim: 0, num_keys: 1 }, [some(dtype, &[7, 3])])));
    let smooth = vec![
        Case::new(Sort { dim: 1, num_keys: 1 }, [some(DType::F32, &[2, 6]), some(DType::F32, &[2, 6])]),
        Case::new(TopK { k: 3 }, [some(DType::F32, &[2, 6])]),
    ];
    cases.extend(with_derivatives(smooth));
    check(&cases, ROUNDING);
}

#[test]
fn integer_powers() {
    let mut cases = Vec::new();
    for exponent in [-3, -1, 0, 1, 2, 3, 7] {
        cases.push(Case::new(IntegerPow { exponent }, [array(DType::F32, &[4], &[0.5, -2.0, 1.25, 3.0])]));
        cases.extend(Case::if_defined(IntegerPow { exponent }, [some(DType::I32, &[5])]));
    }
    check(&with_derivatives(cases), super::SUMS);
}

#[test]
fn random_bits() {
    let key = |words: [f64; 2]| array(DType::U32, &[2], &words);
    let mut cases = Vec::new();
    for words in [[0.0, 0.0], [0.0, 42.0], [4294967295.0, 123456789.0]] {
        for shape in [vec![], vec![7], vec![2, 3]] {
            cases.push(Case::of("bits", [key(words)], |b, v| Ok(vec![random::random_bits(b, v[0], &shape)?])));
        }
        cases.push(Case::of("split", [key(words)], |b, v| Ok(vec![random::split(b, v[0], 3)?])));
        let data = array(DType::U32, &[], &[77.0]);
        cases.push(Case::of("fold_in", [key(words), data], |b, v| Ok(vec![random::fold_in(b, v[0], v[1])?])));
    }
    check(&cases, ROUNDING);
}
