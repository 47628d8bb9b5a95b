//! Element-wise primitives: every kind on every element type that it takes, over values of all sorts.

use keramos_ir::ops::{
    Binary, BinaryKind, BitcastConvert, Clamp, Compare, Comparison, Convert, Select, Unary, UnaryKind,
};
use keramos_ir::{Array, DType, Op};

use super::{Case, ROUNDING, array, check};

/// Ordinary values, limits and values that are none.
fn values(dtype: DType) -> Vec<f64> {
    match dtype {
        DType::Bool => vec![0.0, 1.0],
        dtype if dtype.is_float() => {
            vec![0.0, -0.0, 0.25, -0.5, 1.0, -1.0, 1.5, 2.5, -3.0, 7.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]
        }
        // Saturating to the type's limits; negative ones are 0 in unsigned types.
        _ => vec![0.0, 1.0, -1.0, 2.0, -3.0, 7.0, 100.0, f64::MAX, f64::MIN],
    }
}

/// All combinations of `n` values, one array for each position.
fn combinations(dtype: DType, n: u32) -> Vec<Array> {
    let values = values(dtype);
    let count = values.len().pow(n);
    (0..n)
        .map(|position| {
            let stride = values.len().pow(position);
            let column: Vec<f64> = (0..count).map(|i| values[i / stride % values.len()]).collect();
            array(dtype, &[count], &column)
        })
        .collect()
}

/// One case for each element type that `op` takes.
fn on_all_types(op: impl Into<Op> + Clone, operands: u32) -> Vec<Case> {
    let cases: Vec<Case> =
        DType::all().filter_map(|dtype| Case::if_defined(op.clone(), combinations(dtype, operands))).collect();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn unary() {
    let kinds = UnaryKind::ALL.iter().filter(|&&kind| kind != UnaryKind::Digamma);
    let mut cases: Vec<Case> = kinds.flat_map(|&kind| on_all_types(Unary(kind), 1)).collect();
    // Versions of XLA differ in what digamma is at its poles.
    let regular = [0.25, -0.5, 1.0, 1.5, -2.75, 7.0, f64::INFINITY, f64::NAN];
    let on = |dtype| Case::if_defined(Unary(UnaryKind::Digamma), [array(dtype, &[8], &regular)]);
    cases.extend(DType::all().filter_map(on));
    check(&cases, ROUNDING);
}

#[test]
fn binary() {
    let kinds = BinaryKind::ALL.iter().filter(|&&kind| kind != BinaryKind::Pow);
    let cases: Vec<Case> = kinds.flat_map(|&kind| on_all_types(Binary(kind), 2)).collect();
    check(&cases, ROUNDING);
}

/// XLA leaves open what integer powers that overflow or have negative exponents are.
#[test]
fn power() {
    let (small, exponents) = ([0.0, 1.0, 2.0, 3.0, 1.0, 2.0, 0.0, 5.0], [0.0, 0.0, 0.0, 1.0, 7.0, 6.0, 3.0, 2.0]);
    let operands = |dtype: DType| match dtype {
        dtype if dtype.is_float() => combinations(dtype, 2),
        _ => vec![array(dtype, &[8], &small), array(dtype, &[8], &exponents)],
    };
    let cases: Vec<Case> =
        DType::all().filter_map(|dtype| Case::if_defined(Binary(BinaryKind::Pow), operands(dtype))).collect();
    assert!(cases.len() > 4);
    check(&cases, ROUNDING);
}

#[test]
fn compare() {
    let cases: Vec<Case> = Comparison::ALL.iter().flat_map(|&kind| on_all_types(Compare(kind), 2)).collect();
    check(&cases, ROUNDING);
}

#[test]
fn select_and_clamp() {
    let mut cases = on_all_types(Clamp, 3);
    for dtype in DType::all() {
        let mut operands = combinations(dtype, 2);
        let size = operands[0].ty().size();
        let which: Vec<f64> = (0..size).map(|i| (i % 3 % 2) as f64).collect();
        operands.insert(0, array(DType::Bool, &[size], &which));
        cases.push(Case::new(Select, operands));
    }
    check(&cases, ROUNDING);
}

#[test]
fn convert() {
    let mut cases = Vec::new();
    for from in DType::all() {
        cases.extend(DType::all().filter_map(|dtype| Case::if_defined(Convert { dtype }, combinations(from, 1))));
        cases
            .extend(DType::all().filter_map(|dtype| Case::if_defined(BitcastConvert { dtype }, combinations(from, 1))));
    }
    check(&cases, ROUNDING);
}
