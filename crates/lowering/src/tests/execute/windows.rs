//! Sliding windows, running totals and positions of extremes.

use keramos_ir::ops::{
    ArgExtremum, Cumulative, Extremum, Monoid, ReduceWindow, SelectAndGatherAdd, SelectAndScatterAdd, Window,
};
use keramos_ir::{Array, DType};

use super::{Case, SUMS, array, check, some, with_derivatives};

/// Windows over `[2, 6, 5]`.
fn windows() -> Vec<Window> {
    let padding = [(0, 0), (1, 2), (0, 1)];
    vec![
        Window::new([1, 2, 2], [1, 2, 2]),
        Window::new([1, 3, 2], [1, 2, 1]).padded(padding),
        Window::new([2, 1, 5], [1, 1, 1]),
    ]
}

/// Few distinct values, so that windows have several extremes, of which the first counts.
fn ties(shape: &[usize]) -> Array {
    let size = shape.iter().product::<usize>();
    let values: Vec<f64> = (0..size).map(|i| f64::from((i * 7 % 5 % 3) as u32)).collect();
    array(DType::F32, shape, &values)
}

#[test]
fn reduce_window() {
    let dilated = Window { window_dilation: vec![1, 2, 2], ..Window::new([1, 2, 3], [1, 1, 1]) };
    let stretched = Window { base_dilation: vec![1, 2, 1], ..Window::new([1, 2, 2], [1, 1, 2]) };
    let (mut cases, mut undifferentiated) = (Vec::new(), Vec::new());
    for window in windows().into_iter().chain([dilated, stretched]) {
        for &monoid in Monoid::ALL {
            let op = ReduceWindow { monoid, window: window.clone() };
            let on = |dtype| Case::if_defined(op.clone(), [some(dtype, &[2, 6, 5])]);
            match monoid {
                Monoid::Sum => cases.extend(on(DType::F32)),
                Monoid::Max | Monoid::Min if !window.is_dilated() => {
                    cases.extend(on(DType::F32));
                    cases.push(Case::new(op.clone(), [ties(&[2, 6, 5])]));
                }
                _ => undifferentiated.extend(on(DType::F32)),
            }
            undifferentiated.extend([DType::I32, DType::BF16, DType::Bool].into_iter().filter_map(on));
        }
    }
    let mut cases = with_derivatives(cases);
    cases.extend(undifferentiated);
    check(&cases, SUMS);
}

#[test]
fn pooling_gradients() {
    let mut cases = Vec::new();
    for window in windows() {
        for extremum in [Extremum::Max, Extremum::Min] {
            for x in [some(DType::F32, &[2, 6, 5]), ties(&[2, 6, 5])] {
                let gather = SelectAndGatherAdd { extremum, window: window.clone() };
                let picked = Case::new(gather, [some(DType::F32, &[2, 6, 5]), x.clone()]);
                let counts = picked.result_shape();
                cases.push(picked);
                let scatter = SelectAndScatterAdd { extremum, window: window.clone() };
                cases.push(Case::new(scatter, [some(DType::F32, &counts), x]));
            }
        }
    }
    check(&cases, SUMS);
}

#[test]
fn cumulative() {
    let mut cases = Vec::new();
    for &monoid in Monoid::ALL {
        for (axis, reverse) in [(0, false), (1, true)] {
            let op = Cumulative { monoid, axis, reverse };
            let small = array(DType::F32, &[3, 4], &[1.0, 0.5, 2.0, -1.0, 3.0, 1.5, -0.5, 1.0, 2.0, 0.25, 1.0, 4.0]);
            cases.extend(Case::if_defined(op, [small]));
            let types = [DType::I32, DType::F64, DType::Bool].into_iter();
            cases.extend(types.filter_map(|dtype| Case::if_defined(op, [some(dtype, &[3, 4])])));
        }
    }
    check(&cases, SUMS);
}

#[test]
fn positions_of_extremes() {
    let mut cases = Vec::new();
    for extremum in [Extremum::Max, Extremum::Min] {
        for axis in [0, 1] {
            for dtype in [DType::I32, DType::I64, DType::U8] {
                let op = ArgExtremum { extremum, axis, dtype };
                cases.push(Case::new(op, [some(DType::F32, &[4, 7])]));
                cases.push(Case::new(op, [ties(&[4, 7])]));
                cases.push(Case::new(op, [some(DType::I32, &[4, 7])]));
                let mut values: Vec<f64> = (0..28).map(f64::from).collect();
                (values[3], values[17]) = (f64::NAN, f64::NAN);
                cases.push(Case::new(op, [array(DType::F32, &[4, 7], &values)]));
            }
        }
    }
    check(&cases, SUMS);
}
