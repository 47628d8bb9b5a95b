//! Linear algebra: factors multiply to what they came from, and corner cases are JAX's.

use keramos_ir::{Array, Buffer, Builder, DType, Result, TensorType, Value, eval};

use crate::numeric::{Random, close};

/// What `body` computes of one operand.
fn run(x: &Array, body: impl FnOnce(&mut Builder, Value) -> Result<Vec<Value>>) -> Vec<Vec<f64>> {
    let mut b = Builder::new("f");
    let param = b.param(x.ty().clone());
    let results = body(&mut b, param).unwrap();
    eval(&b.finish(results), std::slice::from_ref(x)).unwrap().iter().map(Array::numbers).collect()
}

fn matrix(rows: usize, cols: usize, numbers: &[f64]) -> Array {
    Array::new([rows, cols], Buffer::F64(numbers.to_vec())).unwrap()
}

fn assert_all_close(x: &[f64], y: &[f64]) {
    assert_eq!(x.len(), y.len());
    assert!(x.iter().zip(y).all(|(&x, &y)| close(x, y, 1e-12)), "{x:?} and {y:?} differ");
}

fn product(x: &[f64], y: &[f64], inner: usize) -> Vec<f64> {
    let (rows, cols) = (x.len() / inner, y.len() / inner);
    let at = |i: usize, j: usize| (0..inner).map(|k| x[i * inner + k] * y[k * cols + j]).sum();
    (0..rows * cols).map(|p| at(p / cols, p % cols)).collect()
}

#[test]
fn factors_multiply_to_the_matrix() {
    let mut random = Random(3);
    for (m, n) in [(4, 4), (5, 3), (3, 5), (1, 4), (4, 1)] {
        let a = random.array(&TensorType::new(DType::F64, [m, n]));
        for full in [false, true] {
            let qr = run(&a, |b, a| b.qr(a, full).map(|(q, r)| vec![q, r]));
            assert_all_close(&product(&qr[0], &qr[1], if full { m } else { m.min(n) }), &a.numbers());
        }
        let svd = run(&a, |b, a| b.svd(a, false, true));
        let scaled: Vec<f64> = svd[1].iter().zip(svd[0].iter().cycle()).map(|(u, s)| u * s).collect();
        assert_all_close(&product(&scaled, &svd[2], m.min(n)), &a.numbers());
        assert!(svd[0].is_sorted_by(|x, y| x >= y));
    }
}

#[test]
fn singular_matrices_have_orthonormal_vectors() {
    for numbers in [[0.0; 9], [1.0; 9], [1.0, 2.0, 3.0, 2.0, 4.0, 6.0, -1.0, 0.0, 1.0]] {
        let svd = run(&matrix(3, 3, &numbers), |b, a| b.svd(a, true, true));
        for vectors in &svd[1..] {
            let transposed: Vec<f64> = (0..9).map(|p| vectors[p % 3 * 3 + p / 3]).collect();
            assert_all_close(&product(&transposed, vectors, 3), &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        }
    }
}

#[test]
fn solutions_inverses_and_determinants() {
    let a = matrix(3, 3, &[0.0, 2.0, 1.0, 1.0, -1.0, 0.5, 3.0, 0.25, -2.0]);
    let inverse = &run(&a, |b, a| Ok(vec![b.inverse(a)?]))[0];
    assert_all_close(&product(&a.numbers(), inverse, 3), &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    // By expansion along the first row.
    let det: f64 = -2.0 * (-2.0 - 1.5) + (0.25 + 3.0);
    assert_all_close(&run(&a, |b, a| Ok(vec![b.det(a)?]))[0], &[det]);
    let slogdet = run(&a, |b, a| b.slogdet(a).map(|(sign, log)| vec![sign, log]));
    assert_all_close(&slogdet.concat(), &[det.signum(), det.abs().ln()]);
    let singular = matrix(2, 2, &[1.0, 2.0, 2.0, 4.0]);
    let slogdet = run(&singular, |b, a| b.slogdet(a).map(|(sign, log)| vec![sign, log]));
    assert_eq!(slogdet.concat(), [0.0, f64::NEG_INFINITY]);
}

#[test]
fn what_is_not_positive_definite_has_no_factor() {
    let l = &run(&matrix(2, 2, &[1.0, 2.0, 2.0, 1.0]), |b, a| Ok(vec![b.cholesky(a)?]))[0];
    assert!(l[0].is_nan() && l[1] == 0.0 && l[2].is_nan() && l[3].is_nan());
}
