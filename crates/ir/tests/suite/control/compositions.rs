//! Derivatives of derivatives, and batches of them, through nested loops and branches.

use std::sync::Arc;

use keramos_ir::ops::{DotDims, Steps};
use keramos_ir::passes::{Options, simplify};
use keramos_ir::transform::{jvp, transpose, value_and_grad, vjp, vmap};
use keramos_ir::{Array, Batch, Builder, DType, Function, Result, Value, eval, verify};

use super::{branch, f64s, inner};
use crate::batching;
use crate::gradients::{check, check_scalar, function};
use crate::numeric::{Random, assert_close, directional};

fn dot(b: &mut Builder, x: Value, y: Value) -> Result<Value> {
    b.dot_general(x, y, DotDims::contracting([0], [0]))
}

/// A recurrent network with a loss: h ← tanh(W h + U x), summed sin h·x over the steps.
fn rnn(steps: Steps) -> Function {
    let step = inner("step", &[f64s(&[3, 3]), f64s(&[2, 3]), f64s(&[3]), f64s(&[]), f64s(&[2])], |b, v| {
        let &[w, u, h, loss, x] = v else { unreachable!() };
        let (wh, ux) = (dot(b, w, h)?, dot(b, u, x)?);
        let sum = b.add(wh, ux)?;
        let h = b.tanh(sum)?;
        let wave = b.sin(h)?;
        let term = b.reduce_sum(wave, &[0])?;
        Ok(vec![h, b.add(loss, term)?, h])
    });
    function(&[&[3, 3], &[2, 3], &[3], &[steps.length, 2]], |b, v| {
        let zero = b.full(&f64s(&[]), 0.0)?;
        let (ends, all) = b.scan(&step, &v[..2], &[v[2], zero], &v[3..], steps)?;
        let last = b.reduce_sum(all[0], &[0, 1])?;
        let square = b.mul(last, last)?;
        Ok(vec![b.add(ends[1], square)?])
    })
}

/// A scan in a branch in a scan: step i runs one of two inner scans or none.
fn nested() -> Function {
    let product = inner("product", &[f64s(&[2]), f64s(&[2])], |b, v| {
        let product = b.mul(v[0], v[1])?;
        let next = b.sin(product)?;
        Ok(vec![next, product])
    });
    let growing = inner("growing", &[f64s(&[2]), f64s(&[3, 2])], |b, v| {
        let (ends, all) = b.scan(&product, &[], &v[..1], &v[1..], Steps::new(3))?;
        let sum = b.reduce_sum(all[0], &[0])?;
        Ok(vec![b.add(ends[0], sum)?])
    });
    let backwards = inner("backwards", &[f64s(&[2]), f64s(&[3, 2])], |b, v| {
        let (ends, _) = b.scan(&product, &[], &v[..1], &v[1..], Steps { unroll: 2, ..Steps::new(3).reversed() })?;
        Ok(ends)
    });
    let same = inner("same", &[f64s(&[2]), f64s(&[3, 2])], |_, v| Ok(vec![v[0]]));
    let branches = [growing, backwards, same];
    let outer = inner("outer", &[f64s(&[3, 2]), f64s(&[2]), f64s(&[])], |b, v| {
        let index = branch(b, v[2])?;
        let next = b.cond(index, &branches, &[v[1], v[0]])?;
        let next = b.tanh(next[0])?;
        Ok(vec![next, next])
    });
    function(&[&[3, 2], &[2]], |b, v| {
        let numbers = b.iota(&f64s(&[4]), 0)?;
        let (ends, all) = b.scan(&outer, &v[..1], &v[1..], &[numbers], Steps::new(4))?;
        let end = b.reduce_sum(ends[0], &[0])?;
        let all = b.sin(all[0])?;
        let all = b.reduce_sum(all, &[0, 1])?;
        Ok(vec![b.add(end, all)?])
    })
}

fn programs() -> Vec<Function> {
    vec![
        rnn(Steps::new(4)),
        rnn(Steps { unroll: 3, ..Steps::new(4).reversed() }),
        rnn(Steps::new(1)),
        rnn(Steps::new(0)),
        nested(),
    ]
}

#[test]
fn every_derivative_agrees_with_differences() {
    programs().iter().for_each(check_scalar);
}

/// The gradient, then the gradient of its product with itself.
#[test]
fn gradients_of_gradients() {
    for f in programs() {
        let all: Vec<usize> = (0..f.params.len()).collect();
        let gradient = value_and_grad(&f, &all, 0).unwrap();
        let mut b = Builder::new("square");
        let params: Vec<Value> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let results = b.inline(&gradient, &params).unwrap();
        let mut total = b.full(&f64s(&[]), 0.0).unwrap();
        for &g in &results[1..] {
            let square = b.mul(g, g).unwrap();
            let axes: Vec<usize> = (0..b.ty(g).rank()).collect();
            let sum = b.reduce_sum(square, &axes).unwrap();
            total = b.add(total, sum).unwrap();
        }
        let squares = b.finish(vec![total]);
        check(&squares);
    }
}

/// Forward over reverse and reverse over forward are the same Hessian times a vector.
#[test]
fn forward_and_reverse_compose_either_way() {
    for f in programs() {
        let n = f.params.len();
        let mut random = Random(3);
        let (args, along) = (random.args(&f), random.args(&f));
        let gradient = value_and_grad(&f, &(0..n).collect::<Vec<_>>(), 0).unwrap();
        let over = jvp(&gradient, &vec![true; n], &vec![true; n + 1]).unwrap().function;
        let found = eval(&over, &[&args[..], &along].concat()).unwrap();
        let forward_over_reverse = &found[n + 2..];

        let forward = jvp(&f, &vec![true; n], &[true]).unwrap().function;
        // Of the results only the derivative is pulled back, to the values.
        let active: Vec<bool> = (0..2 * n).map(|i| i < n).collect();
        let pulled = vjp(&forward, &active).unwrap();
        let seeds = [Array::scalar(DType::F64, 0.0), Array::scalar(DType::F64, 1.0)];
        let found = eval(&pulled, &[&args[..], &along, &seeds].concat()).unwrap();
        assert_close(&found[2..], forward_over_reverse, 1e-10);

        let given: Vec<Option<Array>> = along.into_iter().map(Some).collect();
        assert_close(forward_over_reverse, &directional(&gradient, &args, &given, 1e-5)[1..], 1e-5);
    }
}

#[test]
fn gradients_per_example() {
    for f in programs() {
        let n = f.params.len();
        let gradient = value_and_grad(&f, &(0..n).collect::<Vec<_>>(), 0).unwrap();
        let operands = batching::examples(&Random(9).args(&f), 3);
        for mapped in [vec![true; n], (0..n).map(|i| i + 1 == n).collect(), (0..n).map(|i| i == 0).collect()] {
            batching::check(&gradient, &operands, &mapped, 1e-11);
        }
    }
}

#[test]
fn gradients_of_batches() {
    for f in programs() {
        let n = f.params.len();
        let (batched, mapped) = vmap(&f, &vec![true; n], &Batch::new(3), &[true]).unwrap();
        assert_eq!(mapped, [true]);
        let mut b = Builder::new("total");
        let params: Vec<Value> = batched.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let results = b.inline(&batched, &params).unwrap();
        let total = b.reduce_sum(results[0], &[0]).unwrap();
        check_scalar(&b.finish(vec![total]));
    }
}

/// The pulled-back function carries a value besides its tangent; its transpose computes the values first.
#[test]
fn a_scan_that_carries_values_and_tangents_is_transposed() {
    let step = inner("step", &[f64s(&[2]), f64s(&[2]), f64s(&[2])], |b, v| {
        let product = b.mul(v[0], v[1])?;
        let product = b.mul(product, v[2])?;
        Ok(vec![b.tanh(product)?, product])
    });
    let f = function(&[&[2], &[2], &[5, 2]], |b, v| {
        let (ends, all) = b.scan(&step, &v[..1], &v[1..2], &v[2..], Steps::new(5))?;
        Ok([ends, all].concat())
    });
    let mut forward = jvp(&f, &[true; 3], &[true; 2]).unwrap().function;
    forward.results.drain(..2);
    let linear: Vec<bool> = (0..6).map(|i| i >= 3).collect();
    let backward = transpose(&forward, &linear).unwrap();
    verify(&backward).unwrap();
    let mut random = Random(4);
    let (args, cts) = (random.args(&f), [random.array(&f64s(&[2])), random.array(&f64s(&[5, 2]))]);
    let found = eval(&backward, &[&args[..], &cts].concat()).unwrap();
    let expected = eval(&vjp(&f, &[true; 3]).unwrap(), &[&args[..], &cts].concat()).unwrap();
    assert_close(&found, &expected[2..], 1e-12);
}

/// A loop that nothing differentiated goes through does not hinder reverse mode.
#[test]
fn loops_of_unknown_length_may_stand_beside_what_is_differentiated() {
    let ty = f64s(&[]);
    let more = inner("more", std::slice::from_ref(&ty), |b, v| {
        let limit = b.full(&f64s(&[]), 100.0)?;
        Ok(vec![b.lt(v[0], limit)?])
    });
    let double = inner("double", &[ty], |b, v| Ok(vec![b.mul_scalar(v[0], 2.0)?]));
    let f = function(&[&[], &[]], |b, v| {
        let stopped = b.stop_gradient(v[1])?;
        let square = b.mul(stopped, stopped)?;
        let start = b.add_scalar(square, 0.5)?;
        let found = b.while_loop(&more, &double, &[start])?;
        Ok(vec![b.mul(v[0], found[0])?])
    });
    let args = [Array::scalar(DType::F64, 3.0), Array::scalar(DType::F64, 1.0)];
    let found = eval(&value_and_grad(&f, &[0, 1], 0).unwrap(), &args).unwrap();
    assert_close(&found[1..], &[Array::scalar(DType::F64, 192.0), Array::scalar(DType::F64, 0.0)], 0.0);
}

/// Simplified, gradients and their derivatives compute the same.
#[test]
fn simplification_keeps_derivatives() {
    for f in programs() {
        let gradient = value_and_grad(&f, &(0..f.params.len()).collect::<Vec<_>>(), 0).unwrap();
        let n = f.params.len();
        let second = jvp(&gradient, &vec![true; n], &vec![true; n + 1]).unwrap().function;
        for differentiable in [true, false] {
            let options = Options { differentiable, ..Options::default() };
            for g in [&f, &gradient, &second] {
                let simple = simplify(g, &options).unwrap();
                verify(&simple).unwrap();
                let args = Random(8).args(g);
                assert_close(&eval(&simple, &args).unwrap(), &eval(g, &args).unwrap(), 1e-13);
            }
        }
    }
}

/// The whole derivative as a linear function of the tangents, values computed on the way, is transposed.
#[test]
fn functions_that_compute_values_and_tangents_together_are_transposed() {
    for f in programs() {
        let n = f.params.len();
        let mut forward = jvp(&f, &vec![true; n], &[true]).unwrap().function;
        forward.results.remove(0);
        let linear: Vec<bool> = (0..2 * n).map(|i| i >= n).collect();
        let backward = transpose(&forward, &linear).unwrap_or_else(|e| panic!("{forward}{e}"));
        verify(&backward).unwrap();
        let args = Random(4).args(&f);
        let one = [Array::scalar(DType::F64, 1.0)];
        let found = eval(&backward, &[&args[..], &one].concat()).unwrap();
        let expected = eval(&value_and_grad(&f, &(0..n).collect::<Vec<_>>(), 0).unwrap(), &args).unwrap();
        assert_close(&found, &expected[1..], 1e-12);
    }
}

/// A rule for `custom_jvp` may be a forward derivative through loops and branches.
#[test]
fn rules_may_contain_loops() {
    for f in programs() {
        let n = f.params.len();
        let derivative = jvp(&f, &vec![true; n], &[true]).unwrap().function;
        let mut b = Builder::new("rule");
        let operands: Vec<Value> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let _results: Vec<Value> = f.result_types().into_iter().map(|ty| b.param(ty)).collect();
        let tangents: Vec<Value> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let results = b.inline(&derivative, &[operands, tangents].concat()).unwrap();
        let rule = Arc::new(b.finish(results));
        let mut b = Builder::new("custom");
        let params: Vec<Value> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let results = b.custom_jvp(&Arc::new(f), &rule, &params).unwrap();
        check_scalar(&b.finish(results));
    }
}
