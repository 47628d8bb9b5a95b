//! Equal layers become a scan over them.

use keramos_ir::ops::DotDims;
use keramos_ir::passes::{Roll, roll};
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Array, Builder, DType, Function, Op, Result, Value, eval, verify};

use super::f64s;
use crate::numeric::{Random, assert_close};

/// `depth` layers `x ← x + tanh(x W)·s + c sin(x W)` with a weight each and a constant `c` that differs; every
/// layer's sum goes into the result if `tapped`, and layer i also sees layer i−2 if `skipping`.
fn model(depth: usize, tapped: bool, skipping: bool) -> Function {
    let build = |b: &mut Builder| -> Result<Vec<Value>> {
        let (x, s) = (b.param(f64s(&[2, 3])), b.param(f64s(&[])));
        let weights: Vec<Value> = (0..depth).map(|_| b.param(f64s(&[3, 3]))).collect();
        let first = b.cos(x)?;
        let mut seen = vec![x, first];
        let mut taps = Vec::new();
        for (i, &w) in weights.iter().enumerate() {
            let x = seen[i + 1];
            let xw = b.dot_general(x, w, DotDims::contracting([1], [0]))?;
            let y = b.tanh(xw)?;
            let scale = b.broadcast(s, &[2, 3])?;
            let y = b.mul(y, scale)?;
            let wave = b.sin(xw)?;
            let c = b.constant(Array::scalar(DType::F64, 0.1 + i as f64))?;
            let c = b.broadcast(c, &[2, 3])?;
            let half = b.constant(Array::scalar(DType::F64, 0.5))?;
            let half = b.broadcast(half, &[2, 3])?;
            let wave = b.mul(wave, c)?;
            let wave = b.mul(wave, half)?;
            let y = b.add(y, wave)?;
            let y = b.add(x, y)?;
            if tapped {
                taps.push(b.reduce_sum(y, &[0, 1])?);
            }
            let y = if skipping { b.add(y, seen[i])? } else { y };
            seen.push(y);
        }
        let end = b.sin(seen[depth + 1])?;
        let mut total = b.reduce_sum(end, &[0, 1])?;
        for (i, &tap) in taps.iter().enumerate() {
            let weighted = b.mul_scalar(tap, i as f64)?;
            total = b.add(total, weighted)?;
        }
        Ok(vec![total])
    };
    let mut b = Builder::new("model");
    let results = build(&mut b).unwrap();
    b.finish(results)
}

fn scans(f: &Function) -> Vec<usize> {
    let lengths = f.equations.iter().map(|eqn| if let Op::Scan(scan) = &eqn.op { scan.steps.length } else { 0 });
    lengths.filter(|&length| length > 0).collect()
}

fn check_same(f: &Function, rolled: &Function) {
    verify(rolled).unwrap();
    let args = Random(5).args(f);
    assert_close(&eval(rolled, &args).unwrap(), &eval(f, &args).unwrap(), 0.0);
    let every: Vec<usize> = (0..f.params.len()).collect();
    let (plain, scanned) = (value_and_grad(f, &every, 0).unwrap(), value_and_grad(rolled, &every, 0).unwrap());
    assert_close(&eval(&scanned, &args).unwrap(), &eval(&plain, &args).unwrap(), 1e-11);
}

#[test]
fn layers_with_weights_and_constants_of_their_own_are_one_scan() {
    let f = model(9, false, false);
    let rolled = roll(&f, 8).unwrap();
    assert_eq!(scans(&rolled), [9]);
    let products = rolled.equations.iter().filter(|eqn| matches!(eqn.op, Op::DotGeneral(_))).count();
    assert_eq!(products, 0);
    check_same(&f, &rolled);
    // Rolled once, nothing is left to roll.
    assert_eq!(roll(&rolled, 8).unwrap(), rolled);
}

#[test]
fn what_later_equations_use_is_stacked() {
    let f = model(10, true, false);
    let rolled = roll(&f, 8).unwrap();
    assert_eq!(scans(&rolled), [10]);
    check_same(&f, &rolled);
}

/// The size of a rolled model is that of a layer, plus what stacks the weights.
#[test]
fn the_size_does_not_grow_with_the_layers_computation() {
    let size = |depth: usize| roll(&model(depth, false, false), 8).unwrap().equations.len();
    // A reshape for each weight.
    assert_eq!(size(40) - size(20), 20);
}

#[test]
fn too_few_layers_stay() {
    let f = model(7, false, false);
    assert_eq!(roll(&f, 8).unwrap(), f);
    assert_eq!(scans(&roll(&f, 7).unwrap()), [7]);
    let deep = model(12, false, false);
    assert_eq!(Roll::Never.apply(deep.clone()).unwrap(), deep);
    assert_eq!(scans(&Roll::Auto.apply(deep).unwrap()), [12]);
}

/// A layer that sees the layer before the last one is no step of a scan that carries one; two are.
#[test]
fn skips_over_a_layer_stay() {
    let f = model(12, false, true);
    let rolled = roll(&f, 8).unwrap();
    assert_eq!(scans(&rolled), [] as [usize; 0]);
    check_same(&f, &rolled);
}

#[test]
fn element_wise_chains_stay() {
    let mut b = Builder::new("chain");
    let x = b.param(f64s(&[4]));
    let mut y = x;
    for _ in 0..100 {
        y = b.sin(y).unwrap();
        y = b.mul(y, x).unwrap();
    }
    let f = b.finish(vec![y]);
    assert_eq!(roll(&f, 8).unwrap(), f);
}
