//! Special functions and their derivatives, as real JAX computes them (`tests/golden/special.py`).

use keramos_ir::transform::jvp;
use keramos_ir::{Array, AttrReader, Builder, DType, IrError, Op, Primitive, TensorType, eval};

use crate::numeric::floats;

const TABLE: &str = include_str!("../../golden/special.txt");

#[test]
fn values_and_slopes_are_those_of_jax() {
    let mut wrong = Vec::new();
    for row in TABLE.lines() {
        let (name, numbers) = row.split_once(' ').unwrap();
        let numbers: Vec<&str> = numbers.split(' ').collect();
        let [operands @ .., value, slope] = numbers.as_slice() else { panic!("{row}") };
        let operands: Vec<Array> = operands.iter().map(|x| Array::scalar(DType::F64, x.parse().unwrap())).collect();
        let op = Op::parse(name, &mut AttrReader::new(Vec::new())).unwrap().unwrap();
        let mut b = Builder::new(name);
        let params: Vec<_> = operands.iter().map(|_| b.param(TensorType::scalar(DType::F64))).collect();
        let result = b.emit1(op, &params).unwrap();
        let f = b.finish(vec![result]);
        let value: f64 = value.parse().unwrap();
        let found = floats(&eval(&f, &operands).unwrap()[0])[0];
        if !close(found, value) {
            wrong.push(format!("{row}: {found}"));
        }
        if *slope == "-" {
            let every = vec![true; operands.len()];
            assert!(matches!(jvp(&f, &every, &[false]), Err(IrError::NoRule { .. })), "{name} has a derivative");
            continue;
        }
        let slope: f64 = slope.parse().unwrap();
        let last: Vec<bool> = (1..=operands.len()).map(|i| i == operands.len()).collect();
        let forward = jvp(&f, &last, &[true]).unwrap().function;
        let found = floats(&eval(&forward, &[operands, vec![Array::scalar(DType::F64, 1.0)]].concat()).unwrap()[1])[0];
        if !close(found, slope) {
            wrong.push(format!("{row}: slope {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn close(x: f64, y: f64) -> bool {
    x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= 1e-11 * x.abs().max(y.abs()).max(0.1)
}
