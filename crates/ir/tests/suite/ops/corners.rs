//! Derivatives where JAX makes a choice: ties, bounds, zeros. The expected numbers are JAX's.

use keramos_ir::ops::{Monoid, Window};
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Array, Buffer, Builder, DType, Result, TensorType, Value, eval};

use crate::numeric::floats;

/// The gradient at `x` of the sum of what `body` makes of it.
fn gradient(x: &[f64], body: impl FnOnce(&mut Builder, Value) -> Result<Value>) -> Vec<f64> {
    let mut b = Builder::new("f");
    let param = b.param(TensorType::new(DType::F64, [x.len()]));
    let y = body(&mut b, param).unwrap();
    let all: Vec<usize> = (0..b.ty(y).rank()).collect();
    let sum = b.reduce_sum(y, &all).unwrap();
    let f = value_and_grad(&b.finish(vec![sum]), &[0], 0).unwrap();
    floats(&eval(&f, &[Array::new([x.len()], Buffer::F64(x.to_vec())).unwrap()]).unwrap()[1])
}

fn like(b: &mut Builder, x: Value, value: f64) -> Value {
    b.full_like(x, value).unwrap()
}

#[test]
fn ties_of_two_share() {
    let max = gradient(&[0.0, 1.0, 2.0], |b, x| {
        let one = like(b, x, 1.0);
        b.max(x, one)
    });
    assert_eq!(max, [0.0, 0.5, 1.0]);
    let min = gradient(&[0.0, 1.0, 2.0], |b, x| {
        let one = like(b, x, 1.0);
        b.min(one, x)
    });
    assert_eq!(min, [1.0, 0.5, 0.0]);
}

#[test]
fn clamp_is_flat_at_its_bounds() {
    let found = gradient(&[-1.0, 0.0, 0.5, 1.0, 2.0], |b, x| {
        let (low, high) = (like(b, x, 0.0), like(b, x, 1.0));
        b.clamp(low, x, high)
    });
    assert_eq!(found, [0.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn reductions_share_ties_and_survive_zeros() {
    assert_eq!(gradient(&[1.0, 1.0, 0.0], |b, x| b.reduce_max(x, &[0])), [0.5, 0.5, 0.0]);
    assert_eq!(gradient(&[0.0, 2.0, 3.0], |b, x| b.reduce_prod(x, &[0])), [6.0, 0.0, 0.0]);
    assert_eq!(gradient(&[0.0, 2.0, 0.0], |b, x| b.reduce_prod(x, &[0])), [0.0, 0.0, 0.0]);
    assert_eq!(gradient(&[0.0, 2.0, 3.0], |b, x| b.cumulative(Monoid::Prod, x, 0, false)), [9.0, 0.0, 0.0]);
}

#[test]
fn a_pool_gives_ties_to_the_first() {
    let found =
        gradient(&[5.0, 5.0, 1.0, 2.0, 2.0, 2.0], |b, x| b.reduce_window(Monoid::Max, x, Window::new([3], [3])));
    assert_eq!(found, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn slopes_at_zero() {
    assert_eq!(gradient(&[0.0, -1.0], |b, x| b.abs(x)), [1.0, -1.0]);
    assert_eq!(gradient(&[0.0], |b, x| b.sqrt(x)), [f64::INFINITY]);
    assert_eq!(gradient(&[0.0, 2.0], |b, x| b.integer_pow(x, 0)), [0.0, 0.0]);
    assert_eq!(gradient(&[0.0], |b, x| b.integer_pow(x, 2)), [0.0]);
    assert!(
        gradient(&[0.0], |b, x| {
            let zero = like(b, x, 0.0);
            b.pow(x, zero)
        })[0]
            .is_nan()
    );
    // The exponent of a zero base.
    assert_eq!(
        gradient(&[2.0], |b, y| {
            let zero = like(b, y, 0.0);
            b.pow(zero, y)
        }),
        [0.0]
    );
}

#[test]
fn a_gradient_stops() {
    let found = gradient(&[2.0, 3.0], |b, x| {
        let stopped = b.stop_gradient(x)?;
        b.mul(x, stopped)
    });
    assert_eq!(found, [2.0, 3.0]);
}
