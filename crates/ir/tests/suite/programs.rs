//! Laws over random programs: whatever the program, printing, passes and transforms keep its meaning.

use keramos_ir::ops::{Monoid, Padding, UnaryKind, Window};
use keramos_ir::passes::{Options, simplify};
use keramos_ir::text::parse;
use keramos_ir::transform::{jvp, linearize, transpose, value_and_grad, vjp};
use keramos_ir::{Array, Builder, DType, Function, Result, TensorType, Value, eval, ops, verify};
use proptest::prelude::*;

use crate::numeric::{Random, assert_close, close, directional, dot};

/// One step of a program: choices that are reduced to what is possible where the step stands, so
/// that every list of steps is a program and shrinking stays inside the programs.
type Step = (u8, u8, u8, u8);

/// Which primitives a program may use.
#[derive(Clone, Copy, PartialEq)]
enum Domain {
    /// Smooth ones only, so that finite differences make sense.
    Smooth,
    /// Also those with kinks and jumps.
    All,
}

/// A function of two matrices and a vector of `f64`, whose values stay moderate.
fn program(steps: &[Step], domain: Domain) -> Function {
    let mut b = Builder::new("random");
    let mut pool: Vec<Value> =
        [&[2, 3][..], &[3, 2], &[3]].map(|shape| b.param(TensorType::new(DType::F64, shape))).to_vec();
    for &step in steps {
        let value = append(&mut b, &pool, step, domain).unwrap();
        // Squashing keeps products of products finite; alternate with a linear squeeze for variety.
        let value = if step.3.is_multiple_of(3) { b.sin(value).unwrap() } else { value };
        pool.push(value);
    }
    let last = pool.len() - 1;
    let results = vec![pool[last], pool[last / 2 + 1]];
    b.finish(results)
}

fn append(b: &mut Builder, pool: &[Value], (kind, first, second, detail): Step, domain: Domain) -> Result<Value> {
    let x = pool[first as usize % pool.len()];
    let same: Vec<Value> = pool.iter().copied().filter(|&y| b.ty(y) == b.ty(x)).collect();
    let y = same[second as usize % same.len()];
    let ty = b.ty(x).clone();
    let (rank, detail) = (ty.rank(), detail as usize);
    let dim = detail % rank.max(1);
    const UNARY: [UnaryKind; 7] = [
        UnaryKind::Neg,
        UnaryKind::Tanh,
        UnaryKind::Sin,
        UnaryKind::Cos,
        UnaryKind::Logistic,
        UnaryKind::Expm1,
        UnaryKind::Neg,
    ];
    let kinds = if domain == Domain::Smooth { 16 } else { 24 };
    match kind % kinds {
        0 | 1 => b.emit1(ops::Unary(UNARY[detail % UNARY.len()]), &[x]).and_then(|y| b.tanh(y)),
        2 => b.add(x, y),
        3 => b.sub(x, y),
        4 => b.mul(x, y),
        5 => {
            // Zero, one, minus one and a power of two are what laws look for.
            let c = b.full_like(x, [0.0, 1.0, -1.0, 2.0, 0.3][detail % 5])?;
            match second % 4 {
                0 => b.add(x, c),
                1 => b.mul(c, x),
                2 => b.sub(x, c),
                _ => {
                    let c = b.full_like(x, [1.0, -1.0, 2.0, 0.7][detail % 4])?;
                    b.div(x, c)
                }
            }
        }
        6 => b.neg(x),
        7 if rank > 0 => b.reduce_sum(x, &[dim]).and_then(|y| b.tanh(y)),
        8 if rank == 2 => b.transpose(x, &[1, 0]),
        9 => b.reshape(x, &[ty.size()]),
        10 if rank == 1 => b.broadcast_in_dim(x, &[2, ty.shape[0]], &[1]),
        10 if rank == 0 => b.broadcast(x, &[3]),
        11 if rank > 0 => {
            let joined = b.concatenate(&[x, y], dim)?;
            b.slice_in_dim(joined, 1, 1 + ty.shape[dim], dim)
        }
        12 if rank > 0 => {
            let zero = b.constant(Array::scalar(DType::F64, 0.5))?;
            let mut padding = vec![Padding::default(); rank];
            padding[dim] = Padding { low: 1, high: 0, interior: detail % 2 };
            let padded = b.pad(x, zero, &padding)?;
            b.slice_in_dim(padded, 0, ty.shape[dim], dim)
        }
        13 if rank > 0 => b.rev(x, &[dim]),
        14 if rank == 2 => {
            let dims = ops::DotDims::contracting([dim], [dim]);
            b.dot_general(x, y, dims).and_then(|y| b.tanh(y))
        }
        15 => b.integer_pow(x, (detail % 4) as i32),
        16 => b.max(x, y),
        17 => b.min(x, y),
        18 => {
            let p = b.lt(x, y)?;
            let p = if detail.is_multiple_of(2) { b.not(p)? } else { p };
            b.select(p, y, x)
        }
        19 if rank > 0 => b.reduce_max(x, &[dim]),
        20 if rank > 0 => b.cumulative(Monoid::Sum, x, dim, detail.is_multiple_of(2)).and_then(|y| b.tanh(y)),
        21 if rank == 1 => {
            let window = Window::new([2], [1]).padded([(1, 0)]);
            b.reduce_window(if detail.is_multiple_of(2) { Monoid::Max } else { Monoid::Sum }, x, window)
        }
        22 => {
            let bounds = [-0.5, 0.5].map(|bound| b.constant(Array::scalar(DType::F64, bound)));
            let [low, high] = bounds;
            b.clamp(low?, x, high?)
        }
        23 => b.abs(x),
        _ => b.tanh(x),
    }
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any::<Step>(), 1..most)
}

fn simple(f: &Function) -> Function {
    simplify(f, &Options::default()).unwrap()
}

/// Floats of the results' types, as cotangents.
fn like_results(f: &Function, random: &mut Random) -> Vec<Array> {
    f.result_types().iter().map(|ty| random.array(ty)).collect()
}

#[test]
fn every_sample_means_the_same_simplified() {
    let options = Options { differentiable: false, ..Options::default() };
    for float in [DType::F64, DType::F32] {
        for sample in ops::samples::all(float).unwrap() {
            let mut b = Builder::new("sample");
            // Operands as constants, so that what can be computed at once is.
            let inputs: Vec<Value> = sample.operands.iter().map(|x| b.constant(x.clone()).unwrap()).collect();
            let results = b.emit(sample.op.clone(), &inputs).unwrap();
            let f = b.finish(results);
            let s = simplify(&f, &options).unwrap();
            verify(&s).unwrap();
            let none: [Array; 0] = [];
            let (found, expected) = (eval(&s, &none).unwrap(), eval(&f, &none).unwrap());
            for (x, y) in found.iter().zip(&expected) {
                match x.ty().dtype {
                    DType::F16 | DType::BF16 => assert_eq!(x.to_string(), y.to_string()),
                    _ => assert_close(std::slice::from_ref(x), std::slice::from_ref(y), 0.0),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_round_trips(steps in steps(25)) {
        let f = program(&steps, Domain::All);
        verify(&f).unwrap();
        prop_assert_eq!(parse(&format!("{f:#}")).unwrap(), f);
    }

    #[test]
    fn simplification_keeps_every_bit_but_signs_of_zeros(steps in steps(25), seed in any::<u64>()) {
        let f = program(&steps, Domain::All);
        let s = simple(&f);
        verify(&s).unwrap();
        let args = Random(seed).args(&f);
        assert_close(&eval(&s, &args).unwrap(), &eval(&f, &args).unwrap(), 0.0);
        // Once is enough.
        let again = simple(&s);
        prop_assert_eq!(again.to_string(), s.to_string());
    }

    #[test]
    fn forward_mode_agrees_with_differences(steps in steps(12), seed in any::<u64>()) {
        let f = program(&steps, Domain::Smooth);
        let mut random = Random(seed);
        let (args, tangents) = (random.args(&f), random.args(&f));
        let dual = jvp(&f, &[true; 3], &[true; 2]).unwrap();
        let found = eval(&dual.function, &[&args[..], &tangents].concat()).unwrap();
        let tangents: Vec<Option<Array>> = tangents.into_iter().map(Some).collect();
        assert_close(&found[..2], &eval(&f, &args).unwrap(), 0.0);
        assert_close(&found[2..], &directional(&f, &args, &tangents, 1e-5), 1e-5);
    }

    #[test]
    fn reverse_mode_is_the_adjoint_of_forward_mode(steps in steps(20), seed in any::<u64>()) {
        let f = program(&steps, Domain::All);
        let mut random = Random(seed);
        let (args, tangents, cts) = (random.args(&f), random.args(&f), like_results(&f, &mut random));
        let dual = simple(&jvp(&f, &[true; 3], &[true; 2]).unwrap().function);
        let pushed = eval(&dual, &[&args[..], &tangents].concat()).unwrap();
        let pull = simple(&vjp(&f, &[true; 3]).unwrap());
        let pulled = eval(&pull, &[&args[..], &cts].concat()).unwrap();
        let (left, right) = (dot(&cts, &pushed[2..]), dot(&pulled[2..], &tangents));
        prop_assert!(close(left, right, 1e-9), "{} and {} differ", left, right);

        let split = linearize(&f, &[true; 3], &[true; 2]).unwrap();
        let residuals = eval(&split.primal, &args).unwrap().split_off(2);
        let again = eval(&split.linear, &[&residuals[..], &tangents].concat()).unwrap();
        assert_close(&again, &pushed[2..], 1e-12);
        let linear: Vec<bool> = (0..split.linear.params.len()).map(|i| i >= residuals.len()).collect();
        let back = eval(&transpose(&split.linear, &linear).unwrap(), &[&residuals[..], &cts].concat()).unwrap();
        assert_close(&back, &pulled[2..], 1e-12);
    }

    #[test]
    fn gradients_differentiate_again(steps in steps(8), seed in any::<u64>()) {
        let f = program(&steps, Domain::Smooth);
        let scalar = {
            let mut b = Builder::new("scalar");
            let params: Vec<Value> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
            let results = b.inline(&f, &params).unwrap();
            let axes: Vec<usize> = (0..b.ty(results[0]).rank()).collect();
            let sum = b.reduce_sum(results[0], &axes).unwrap();
            b.finish(vec![sum])
        };
        let gradient = simple(&value_and_grad(&scalar, &[0, 1, 2], 0).unwrap());
        let second = jvp(&gradient, &[true; 3], &[true; 4]).unwrap().function;
        let mut random = Random(seed);
        let (args, tangents) = (random.args(&f), random.args(&f));
        let found = eval(&simple(&second), &[&args[..], &tangents].concat()).unwrap();
        let along: Vec<Option<Array>> = tangents.iter().cloned().map(Some).collect();
        assert_close(&found[4..], &directional(&gradient, &args, &along, 1e-5), 1e-4);
        // A Hessian is symmetric: <u, H v> = <H u, v>.
        let others = random.args(&f);
        let other = eval(&second, &[&args[..], &others].concat()).unwrap();
        prop_assert!(close(dot(&others, &found[5..]), dot(&other[5..], &tangents), 1e-9));
    }
}
