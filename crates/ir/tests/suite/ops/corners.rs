//! Derivatives where JAX makes a choice: ties, bounds, zeros. The expected numbers are JAX's.

use keramos_ir::ops::{GatherDims, Monoid, OutOfBounds, ScatterKind, Window};
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
    let window = Window::new([2], [1]);
    assert_eq!(gradient(&[0.0, 2.0, 3.0], |b, x| b.reduce_window(Monoid::Prod, x, window)), [2.0, 3.0, 2.0]);
}

#[test]
fn running_extrema_share_ties_as_their_tree_of_pairs_does() {
    let maxima = |reverse| move |b: &mut Builder, x| b.cumulative(Monoid::Max, x, 0, reverse);
    // ((a ∨ b) ∨ c): the last element takes half, the first two share the rest.
    assert_eq!(gradient(&[1.0, 1.0, 1.0], maxima(false)), [1.75, 0.75, 0.5]);
    assert_eq!(gradient(&[1.0, 1.0, 1.0], maxima(true)), [0.5, 0.75, 1.75]);
    // ((a ∨ b) ∨ (c ∨ d)) at the fourth.
    assert_eq!(gradient(&[1.0; 4], maxima(false)), [2.0, 1.0, 0.75, 0.25]);
}

#[test]
fn an_extremum_that_no_element_equals_has_no_gradient() {
    assert_eq!(gradient(&[1.0, f64::NAN, 0.0], |b, x| b.reduce_max(x, &[0])), [0.0, 0.0, 0.0]);
    assert_eq!(gradient(&[1.0, f64::NAN, 0.0], |b, x| b.reduce_min(x, &[0])), [0.0, 0.0, 0.0]);
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

#[test]
fn scattered_extremes_share_ties_and_products_scale() {
    let scatter = |kind: ScatterKind, b: &mut Builder, x: Value, updates: Value| {
        let dims = GatherDims { collapsed_slice_dims: vec![0], start_index_map: vec![0], ..GatherDims::default() };
        let indices = b.constant(Array::new([4, 1], Buffer::I32(vec![0, 1, 1, 9]))?)?;
        b.scatter(kind, x, indices, updates, dims, OutOfBounds::Fill)
    };
    let updates = |b: &mut Builder| b.constant(Array::new([4], Buffer::F64(vec![2.0, 3.0, 3.0, 5.0]))?);
    // One tie with what was there; two updates that beat it; one out of bounds.
    let of_x = |kind| {
        gradient(&[2.0, 1.0, 7.0], |b, x| {
            let updates = updates(b)?;
            scatter(kind, b, x, updates)
        })
    };
    assert_eq!(of_x(ScatterKind::Max), [0.5, 0.0, 1.0]);
    assert_eq!(of_x(ScatterKind::Mul), [2.0, 9.0, 1.0]);
    let of_updates = gradient(&[2.0, 3.0, 3.0, 5.0], |b, updates| {
        let x = b.constant(Array::new([3], Buffer::F64(vec![2.0, 1.0, 7.0]))?)?;
        scatter(ScatterKind::Max, b, x, updates)
    });
    assert_eq!(of_updates, [0.5, 0.5, 0.5, 0.0]);
}
