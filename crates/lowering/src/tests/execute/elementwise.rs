//! Element-wise primitives: every kind on every element type that it takes, over values of all sorts.

use keramos_ir::ops::{
    Binary, BinaryKind, BitcastConvert, Clamp, Compare, Comparison, Convert, NextAfter, ReducePrecision,
    RegularizedIncompleteBeta, Select, Unary, UnaryKind,
};
use keramos_ir::{Array, DType, Op};

use super::{Case, ROUNDING, Tolerance, array, check};

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

/// The element types that arithmetic at corner values is tested on: 8-bit floats are for storage, and XLA's
/// complex functions differ there from version to version.
fn scalar_types() -> impl Iterator<Item = DType> {
    DType::all().filter(|dtype| !dtype.is_float8() && !dtype.is_complex())
}

/// One case for each element type that `op` takes.
fn on_all_types(op: impl Into<Op> + Clone, operands: u32) -> Vec<Case> {
    let cases: Vec<Case> =
        scalar_types().filter_map(|dtype| Case::if_defined(op.clone(), combinations(dtype, operands))).collect();
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
    cases.extend(scalar_types().filter_map(on));
    check(&cases, ROUNDING);
}

#[test]
fn binary() {
    let others = [BinaryKind::Pow, BinaryKind::Polygamma, BinaryKind::Zeta];
    let kinds = BinaryKind::ALL.iter().filter(|kind| !others.contains(kind) && !GAMMA.contains(kind));
    let mut cases: Vec<Case> = kinds.flat_map(|&kind| on_all_types(Binary(kind), 2)).collect();
    cases.extend(on_all_types(NextAfter, 2));
    check(&cases, ROUNDING);
}

const GAMMA: [BinaryKind; 4] =
    [BinaryKind::Igamma, BinaryKind::Igammac, BinaryKind::IgammaGradA, BinaryKind::RandomGammaGrad];

/// Loops over series and continued fractions, some of which lose a few digits.
const LOOPS: Tolerance = Tolerance(|dtype| match dtype {
    DType::F64 => 1e-11,
    DType::F32 => 2e-5,
    DType::F16 => 3e-3,
    DType::BF16 => 1.6e-2,
    _ => 0.0,
});

#[test]
fn special_functions_of_several_operands() {
    let (a, x) =
        ([0.5, 2.5, 9.0, 2.5, 2.0, 2.0, -1.0, 0.0, 0.0], [2.0, 0.75, 8.5, 6.0, 0.0, f64::INFINITY, 2.0, 0.0, f64::NAN]);
    let (p, q, at) = (
        [0.5, 2.0, 2.0, 0.25, 30.0, 2.0, 2.0, 0.0, 2.0, 2.0, f64::NAN],
        [0.5, 3.0, 3.0, 7.0, 12.0, 3.0, 3.0, 3.0, 0.0, 3.0, 1.0],
        [0.25, 0.125, 0.875, 0.375, 0.75, 0.0, 1.0, 0.5, 0.5, 1.5, 0.5],
    );
    let (order, real) = ([0.0, 1.0, 2.0, 5.0], [0.25, 1.0, 3.75, 15.0]);
    let mut cases = Vec::new();
    for dtype in scalar_types().filter(|dtype| dtype.is_float()) {
        for kind in GAMMA {
            cases.extend(Case::if_defined(Binary(kind), [array(dtype, &[9], &a), array(dtype, &[9], &x)]));
        }
        let operands = [p, q, at].map(|values| array(dtype, &[11], &values));
        cases.extend(Case::if_defined(RegularizedIncompleteBeta, operands));
        cases.extend(Case::if_defined(
            Binary(BinaryKind::Polygamma),
            [array(dtype, &[4], &order), array(dtype, &[4], &real)],
        ));
        cases.extend(Case::if_defined(
            Binary(BinaryKind::Zeta),
            [array(dtype, &[4], &[1.5, 2.0, 3.5, 7.0]), array(dtype, &[4], &[0.5, 1.0, 8.0, 2.0])],
        ));
        let values = [1.0, -1.1, 65_520.0, 1e-7, 3e38, 0.0, -0.0, f64::INFINITY, f64::NAN, 1.0 + 1.0 / 256.0];
        for (exponent_bits, mantissa_bits) in [(5, 10), (8, 7), (4, 3), (8, 23), (5, 2)] {
            let op = ReducePrecision { exponent_bits, mantissa_bits };
            cases.extend(Case::if_defined(op, [array(dtype, &[10], &values)]));
        }
    }
    assert!(cases.len() > 40);
    check(&cases, LOOPS);
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
        scalar_types().filter_map(|dtype| Case::if_defined(Binary(BinaryKind::Pow), operands(dtype))).collect();
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
