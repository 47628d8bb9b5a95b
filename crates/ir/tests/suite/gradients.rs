//! Derivatives of composite programs against central differences, in f64.

use keramos_ir::ops::{Conv, ConvDims, DotDims, Monoid, StopGradient, Window};
use keramos_ir::transform::{jvp, linearize, transpose, value_and_grad, vjp};
use keramos_ir::{Array, Builder, DType, Function, Result, TensorType, Value, eval, verify};

use crate::numeric::{Random, assert_close, close, directional, dot, floats};

/// A function of f64 parameters with the given shapes.
pub fn function(shapes: &[&[usize]], body: impl FnOnce(&mut Builder, &[Value]) -> Result<Vec<Value>>) -> Function {
    let mut b = Builder::new("f");
    let params: Vec<Value> = shapes.iter().map(|s| b.param(TensorType::new(DType::F64, *s))).collect();
    let results = body(&mut b, &params).unwrap();
    b.finish(results)
}

/// Checks every derivative transform on `f`, all of whose parameters are floats.
#[track_caller]
pub fn check(f: &Function) {
    let mut random = Random(7);
    let args = random.args(f);
    let tangents: Vec<Array> = f.param_types().iter().map(|ty| random.array(ty)).collect();
    let all = vec![true; f.params.len()];
    let every_result = vec![true; f.results.len()];
    let given: Vec<Option<Array>> = tangents.iter().cloned().map(Some).collect();
    let expected = directional(f, &args, &given, 1e-6);
    let with = |extra: &[Array]| [&args[..], extra].concat();
    let values = eval(f, &args).unwrap();

    let forward = jvp(f, &all, &every_result).unwrap();
    let found = eval(&forward.function, &with(&tangents)).unwrap();
    assert_close(&found[..values.len()], &values, 0.0);
    assert_close(&found[values.len()..], &expected, 1e-6);

    let split = linearize(f, &all, &every_result).unwrap();
    let primal = eval(&split.primal, &args).unwrap();
    assert_close(&primal[..values.len()], &values, 0.0);
    let residuals = &primal[values.len()..];
    assert_eq!(residuals.len(), split.num_residuals);
    let found = eval(&split.linear, &[residuals, &tangents].concat()).unwrap();
    assert_close(&found, &expected, 1e-6);

    // <ct, J t> = <Jᵀ ct, t>, by both ways to the transpose.
    let cts: Vec<Array> = f.result_types().iter().map(|ty| random.array(ty)).collect();
    let linear: Vec<bool> = (0..split.linear.params.len()).map(|i| i >= split.num_residuals).collect();
    let backward = transpose(&split.linear, &linear).unwrap();
    let pulled = eval(&backward, &[residuals, &cts].concat()).unwrap();
    let (left, right) = (dot(&cts, &found), dot(&pulled, &tangents));
    assert!(close(left, right, 1e-9), "{left} and {right} differ");

    let both = vjp(f, &all).unwrap();
    let found = eval(&both, &with(&cts)).unwrap();
    assert_close(&found[..values.len()], &values, 0.0);
    assert_close(&found[values.len()..], &pulled, 1e-9);
}

/// Checks [`value_and_grad`] of a scalar function, and its derivative.
#[track_caller]
pub fn check_scalar(f: &Function) {
    check(f);
    let wrt: Vec<usize> = (0..f.params.len()).collect();
    let gradient = value_and_grad(f, &wrt, 0).unwrap();
    verify(&gradient).unwrap();
    let mut random = Random(11);
    let args = random.args(f);
    let found = eval(&gradient, &args).unwrap();
    let tangents: Vec<Array> = f.param_types().iter().map(|ty| random.array(ty)).collect();
    let given: Vec<Option<Array>> = tangents.iter().cloned().map(Some).collect();
    let slope = floats(&directional(f, &args, &given, 1e-6)[0])[0];
    assert!(close(dot(&found[1..], &tangents), slope, 1e-6));
    // The second derivative: forward over reverse against differences of the gradient.
    let second = jvp(&gradient, &vec![true; args.len()], &vec![true; 1 + args.len()]).unwrap();
    let found = eval(&second.function, &[&args[..], &tangents].concat()).unwrap();
    assert_close(&found[1 + args.len()..], &directional(&gradient, &args, &given, 1e-5), 1e-5);
    // And reverse over reverse agrees with it.
    let all = vec![true; args.len()];
    let seed: Vec<Array> = std::iter::once(Array::scalar(DType::F64, 0.0)).chain(tangents.clone()).collect();
    let reverse = eval(&vjp(&gradient, &all).unwrap(), &[&args[..], &seed].concat()).unwrap();
    assert_close(&reverse[1 + args.len()..], &found[2 + args.len()..], 1e-9);
}

#[test]
fn products_sums_and_fan_out() {
    check_scalar(&function(&[&[], &[]], |b, p| {
        let xy = b.mul(p[0], p[1])?;
        let e = b.exp(xy)?;
        let s = b.sin(e)?;
        let t = b.add(s, xy)?;
        Ok(vec![b.mul(t, e)?])
    }));
}

#[test]
fn softmax_cross_entropy() {
    check_scalar(&function(&[&[4, 3], &[4, 3]], |b, p| {
        let e = b.exp(p[0])?;
        let sum = b.reduce_sum(e, &[1])?;
        let log = b.log(sum)?;
        let log = b.reshape(log, &[4, 1])?;
        let log = b.broadcast(log, &[4, 3])?;
        let log_softmax = b.sub(p[0], log)?;
        let picked = b.mul(log_softmax, p[1])?;
        let loss = b.reduce_sum(picked, &[0, 1])?;
        Ok(vec![b.neg(loss)?])
    }));
}

#[test]
fn layer_norm() {
    check_scalar(&function(&[&[3, 4], &[4], &[4]], |b, p| {
        let n = b.full(&TensorType::new(DType::F64, [3, 1]), 4.0)?;
        let mean = |b: &mut Builder, x| {
            let sum = b.reduce_sum(x, &[1])?;
            let sum = b.reshape(sum, &[3, 1])?;
            b.div(sum, n)
        };
        let mu = mean(b, p[0])?;
        let mu = b.broadcast(mu, &[3, 4])?;
        let centered = b.sub(p[0], mu)?;
        let square = b.mul(centered, centered)?;
        let var = mean(b, square)?;
        let eps = b.full_like(var, 1e-5)?;
        let var = b.add(var, eps)?;
        let scale = b.rsqrt(var)?;
        let scale = b.broadcast(scale, &[3, 4])?;
        let normal = b.mul(centered, scale)?;
        let gamma = b.broadcast(p[1], &[3, 4])?;
        let beta = b.broadcast(p[2], &[3, 4])?;
        let y = b.mul(normal, gamma)?;
        let y = b.add(y, beta)?;
        let y = b.tanh(y)?;
        Ok(vec![b.reduce_sum(y, &[0, 1])?])
    }));
}

#[test]
fn several_results_and_unused_parameters() {
    check(&function(&[&[2, 3], &[2, 3], &[2]], |b, p| {
        let x = b.logistic(p[0])?;
        let y = b.transpose(x, &[1, 0])?;
        let constant = b.full_like(y, 3.0)?;
        Ok(vec![y, p[0], constant, x])
    }));
}

#[test]
fn convolution_pooling_dense() {
    // Two 3×4 images of 2 channels, 3 kernels, max-pooling, a dense layer, softmax cross-entropy.
    check_scalar(&function(&[&[2, 3, 4, 2], &[2, 2, 2, 3], &[3], &[6, 2], &[2, 2]], |b, p| {
        let conv = Conv { padding: vec![(0, 1), (1, 0)], ..Conv::new(ConvDims::channels_last(2)) };
        let x = b.conv_general_dilated(p[0], p[1], conv)?;
        let bias = b.broadcast(p[2], &[2, 3, 4, 3])?;
        let x = b.add(x, bias)?;
        let x = b.tanh(x)?;
        let x = b.reduce_window(Monoid::Max, x, Window::new([1, 2, 2, 1], [1, 2, 2, 1]))?;
        let x = b.reshape(x, &[2, 6])?;
        let x = b.dot_general(x, p[3], DotDims::contracting([1], [0]))?;
        let max = b.reduce_max(x, &[1])?;
        let max = b.emit1(StopGradient, &[max])?;
        let max = b.broadcast_in_dim(max, &[2, 2], &[0])?;
        let shifted = b.sub(x, max)?;
        let e = b.exp(shifted)?;
        let sum = b.reduce_sum(e, &[1])?;
        let log = b.log(sum)?;
        let log = b.broadcast_in_dim(log, &[2, 2], &[0])?;
        let log_softmax = b.sub(shifted, log)?;
        let picked = b.mul(log_softmax, p[4])?;
        b.reduce_sum(picked, &[0, 1]).map(|loss| vec![loss])
    }));
}
