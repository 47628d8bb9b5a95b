//! Every sample of every primitive: its rules must agree with each other.

use keramos_ir::ops::samples::{Sample, all};
use keramos_ir::transform::{Jvp, jvp, linearize, vjp};
use keramos_ir::{Array, Builder, DType, Function, IrError, Op, Primitive, eval, text, verify};

use crate::numeric::{Random, assert_close, close, directional, dot};

fn function(sample: &Sample) -> Function {
    let mut b = Builder::new("sample");
    let params: Vec<_> = sample.operands.iter().map(|x| b.param(x.ty().clone())).collect();
    let results = b.emit(sample.op.clone(), &params).unwrap_or_else(|e| panic!("{:?}: {e}", sample.op));
    b.finish(results)
}

#[test]
fn there_are_samples_of_every_family() {
    let samples = all(DType::F64).unwrap();
    // Collectives mean nothing by themselves; they have tests of their own.
    let own = Op::FAMILIES.iter().filter(|family| **family != "Collective");
    let missing: Vec<_> = own.filter(|family| samples.iter().all(|s| s.op.family() != **family)).collect();
    assert!(missing.is_empty(), "no samples of {missing:?}");
}

#[test]
fn evaluation_gives_the_inferred_types_and_text_is_read_back() {
    for float in [DType::F64, DType::F32, DType::BF16] {
        for sample in all(float).unwrap() {
            let f = function(&sample);
            verify(&f).unwrap();
            // The evaluator compares the types of what it computes with the inferred ones.
            eval(&f, &sample.operands).unwrap_or_else(|e| panic!("{f}{e}"));
            let printed = f.to_string();
            let read = text::parse(&printed).unwrap_or_else(|e| panic!("{printed}{e}"));
            // Compared as text, in which NaN equals itself.
            assert_eq!(read.to_string(), printed);
        }
    }
}

/// Primitives without derivative, by name.
const NO_DERIVATIVE: &[&str] = &[
    "igamma_grad_a",
    "nextafter",
    "polygamma",
    "random_gamma_grad",
    "regularized_incomplete_beta",
    "scatter_mul",
    "zeta",
];

/// Primitives that have a derivative for some attributes and shapes.
const SOME_DERIVATIVES: &[&str] = &["qr", "svd"];

/// Primitives whose derivative runs forward only, for all or some attributes.
const FORWARD_ONLY: &[&str] = &["while", "reduce_window", "reduce_window_max", "reduce_window_min"];

/// Primitives whose derivative runs backward only.
const BACKWARD_ONLY: &[&str] = &["custom_vjp"];

#[test]
fn forward_derivatives_are_slopes_and_backward_ones_their_adjoints() {
    let mut random = Random(5);
    for sample in all(DType::F64).unwrap() {
        let f = function(&sample);
        let name = sample.op.name();
        let active: Vec<bool> = sample.operands.iter().map(|x| x.ty().dtype.is_inexact()).collect();
        if !active.contains(&true) {
            continue;
        }
        let every = vec![true; f.results.len()];
        let forward = match jvp(&f, &active, &every) {
            Ok(forward) => forward,
            Err(IrError::NoRule { .. }) if BACKWARD_ONLY.contains(&name) => joined(&f, &active, &every),
            Err(IrError::NoRule { .. }) if NO_DERIVATIVE.contains(&name) || SOME_DERIVATIVES.contains(&name) => {
                continue;
            }
            Err(e) => panic!("{f}{e}"),
        };
        assert!(!NO_DERIVATIVE.contains(&name), "{name} has a derivative");
        verify(&forward.function).unwrap();

        if f.result_types().iter().any(|ty| ty.dtype.is_inexact() && !matches!(ty.dtype, DType::F64 | DType::C128)) {
            // Rounding would hide the slope.
            continue;
        }
        let complex = sample.operands.iter().any(|x| x.ty().dtype.is_complex());
        if name == "reduce_precision" || (complex && matches!(name, "sign" | "acosh" | "eigh" | "svd")) {
            // JAX rounds tangents too, takes a complex number's direction to be constant, knows one branch of the
            // derivative of acosh, and chooses the phases of singular vectors' derivatives.
            continue;
        }
        println!("{f}");
        let tangents: Vec<Option<Array>> =
            sample.operands.iter().zip(&active).map(|(x, &active)| active.then(|| random.array(x.ty()))).collect();
        let given: Vec<Array> = tangents.iter().flatten().cloned().collect();
        let values = eval(&f, &sample.operands).unwrap();
        let found = eval(&forward.function, &[&sample.operands[..], &given].concat()).unwrap();
        // The derivative of a reduction by a given function combines in another order.
        assert_close(&found[..values.len()], &values, if name == "reduce" { 1e-14 } else { 0.0 });
        let split = joined(&f, &active, &every);
        let split = eval(&split.function, &[&sample.operands[..], &given].concat()).unwrap();
        assert_close(&split, &found, 1e-13);
        let pushed: Vec<Array> = found[values.len()..].iter().filter(is_inexact).cloned().collect();
        let slopes: Vec<Array> = if name == "stop_gradient" {
            pushed.iter().map(|x| Array::full(x.ty(), 0.0)).collect()
        } else {
            directional(&f, &sample.operands, &tangents, 1e-6).into_iter().filter(|x| is_inexact(&x)).collect()
        };
        assert_close(&pushed, &slopes, 1e-5);

        let backward = match vjp(&f, &active) {
            Ok(backward) => backward,
            Err(IrError::NoRule { .. }) if FORWARD_ONLY.contains(&name) => continue,
            Err(e) => panic!("{f}{e}"),
        };
        verify(&backward).unwrap();
        let cts: Vec<Array> = pushed.iter().map(|x| random.array(x.ty())).collect();
        let found = eval(&backward, &[&sample.operands[..], &cts].concat()).unwrap();
        let (left, right) = (dot(&cts, &pushed), dot(&found[values.len()..], &given));
        assert!(close(left, right, 1e-9), "{backward}{left} and {right} differ");
    }
}

/// The derivative as value, residuals and linear function one after the other.
fn joined(f: &Function, active: &[bool], every: &[bool]) -> Jvp {
    let split = linearize(f, active, every).unwrap();
    let mut b = Builder::new("joined");
    let params: Vec<_> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let mut results = b.inline(&split.primal, &params).unwrap();
    let mut inputs = results.split_off(f.results.len());
    for ty in split.linear.param_types().split_off(split.num_residuals) {
        inputs.push(b.param(ty));
    }
    results.extend(b.inline(&split.linear, &inputs).unwrap());
    Jvp { function: b.finish(results), nonzero: split.nonzero }
}

fn is_inexact(array: &&Array) -> bool {
    array.ty().dtype.is_inexact()
}
