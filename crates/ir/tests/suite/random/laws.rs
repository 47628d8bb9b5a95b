//! The laws.

use keramos_ir::ops::DotDims;
use keramos_ir::passes::{Options, Target, dce, order_donated, pack, roll, simplify};
use keramos_ir::transform::{jvp, linearize, transpose, value_and_grad, vjp, vmap};
use keramos_ir::{Array, Batch, Builder, DType, Function, IrError, eval, text, verify};

use super::agreement::{difference, numbers, spread};
use super::generate::{Choices, Domain};
use super::holds;
use crate::batching::{stack, unstack};
use crate::numeric::{close, directional, dot};

/// What finite differences can check.
pub const SMOOTH: Domain =
    Domain { kinks: false, no_derivative: false, backward_only: false, ..Domain::all(DType::F64) };

/// The same without what has no derivative in reverse mode.
const SMOOTH_REVERSIBLE: Domain = Domain { forward_only: false, ..SMOOTH };

/// What also has second derivatives.
const TWICE: Domain = Domain { twice: true, ..SMOOTH_REVERSIBLE };

/// What has a derivative in reverse mode.
pub const REVERSIBLE: Domain = Domain { kinks: true, backward_only: true, ..SMOOTH_REVERSIBLE };

fn told(error: IrError) -> String {
    error.to_string()
}

fn args(f: &Function, choices: &mut Choices) -> Vec<Array> {
    f.param_types().iter().map(|ty| choices.array(ty)).collect()
}

fn floats(f: &Function) -> Vec<bool> {
    f.param_types().iter().map(|ty| ty.dtype.is_float()).collect()
}

/// Directions for those arguments that have some.
fn directions(f: &Function, choices: &mut Choices) -> Vec<Array> {
    f.param_types().iter().filter(|ty| ty.dtype.is_float()).map(|ty| choices.array(ty)).collect()
}

/// Cotangents for those results that have some.
fn cotangents(f: &Function, choices: &mut Choices) -> Vec<Array> {
    f.result_types().iter().filter(|ty| ty.dtype.is_float()).map(|ty| choices.array(ty)).collect()
}

fn agree(what: &str, found: &[Array], expected: &[Array], tolerance: f64) -> Result<(), String> {
    difference(found, expected, tolerance, None).map_or(Ok(()), |why| Err(format!("{what}: {why}")))
}

/// Only results that are floats.
fn of_floats(results: &[Array]) -> Vec<Array> {
    results.iter().filter(|x| x.ty().dtype.is_float()).cloned().collect()
}

#[test]
fn programs_are_valid_and_text_is_read_back() {
    for float in [DType::F32, DType::F64] {
        holds(2000, 20, Domain::all(float), |f, _| {
            verify(f).map_err(told)?;
            let printed = format!("{f:#}");
            let read = text::parse(&printed).map_err(told)?;
            // Compared as text, in which NaN equals itself.
            if format!("{read:#}") == printed { Ok(()) } else { Err(format!("read as {read:#}")) }
        });
    }
}

#[test]
fn simplification_keeps_every_bit_but_signs_of_zeros() {
    holds(2000, 16, Domain::all(DType::F64), |f, mut choices| {
        let args = args(f, &mut choices);
        let expected = eval(f, &args).map_err(told)?;
        for differentiable in [true, false] {
            let options = Options { differentiable, ..Options::default() };
            let simple = simplify(f, &options).map_err(told)?;
            verify(&simple).map_err(told)?;
            agree("simplified", &eval(&simple, &args).map_err(told)?, &expected, 0.0)?;
            let again = simplify(&simple, &options).map_err(told)?;
            if again.to_string() != simple.to_string() {
                return Err(format!("once was not enough:\n{simple}{again}"));
            }
        }
        // What XLA's CPU backend runs well may add up in another order.
        let options = Options { target: Target::Cpu, differentiable: false, ..Options::default() };
        let simple = simplify(f, &options).map_err(told)?;
        let found = eval(&simple, &args).map_err(told)?;
        let spread = spread(f, &args, &expected, 1e-13);
        difference(&found, &expected, 1e-12, Some(&spread)).map_or(Ok(()), Err)
    });
}

/// How far values may be off under derivatives, which combine in another order where functions reduce.
fn reordered(f: &Function) -> f64 {
    if f.to_string().contains(" = reduce(") { 1e-11 } else { 0.0 }
}

/// `f` on each of `rows` rows of the parameters that are mapped; results are rows of arrays, or apart if `apart`.
fn on_rows(f: &Function, rows: usize, mapped: &[bool], apart: bool) -> Result<Function, IrError> {
    let mut b = Builder::new("rows");
    let mut params = Vec::new();
    for (ty, &mapped) in f.param_types().into_iter().zip(mapped) {
        params.push(b.param(if mapped { ty.with_shape([&[rows], &ty.shape[..]].concat()) } else { ty }));
    }
    let mut results = vec![Vec::new(); f.results.len()];
    for row in 0..rows {
        let mut args = Vec::new();
        for ((&param, ty), &mapped) in params.iter().zip(f.param_types()).zip(mapped) {
            let slice = if mapped { b.slice_in_dim(param, row, row + 1, 0)? } else { param };
            args.push(b.reshape(slice, &ty.shape)?);
        }
        for (result, all) in b.inline(f, &args)?.into_iter().zip(&mut results) {
            let shape = [&[1], &b.ty(result).shape[..]].concat();
            all.push(if apart { result } else { b.reshape(result, &shape)? });
        }
    }
    let mut joined = Vec::new();
    for all in results {
        match apart {
            true => joined.extend(all),
            false => joined.push(b.concatenate(&all, 0)?),
        }
    }
    Ok(b.finish(joined))
}

/// The program three times over, each time on what the last one made of the first parameter.
fn repeated(f: &Function) -> Result<Function, IrError> {
    let mut b = Builder::new("repeated");
    let mut params: Vec<_> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let shape = b.ty(params[0]).shape.clone();
    let weights = b.full(&f.param_types()[0].with_shape([shape[1], shape[1]]), 0.25)?;
    for _ in 0..3 {
        let made = b.inline(f, &params)?[0];
        let made = b.convert(made, DType::F64)?;
        let flat = b.reshape(made, &[f.result_types()[0].size()])?;
        let first = b.slice_in_dim(flat, 0, 1, 0)?;
        let first = b.reshape(first, &[])?;
        let first = b.sin(first)?;
        let first = b.broadcast(first, &shape)?;
        let product = b.dot_general(params[0], weights, DotDims::contracting([1], [0]))?;
        params[0] = b.add(product, first)?;
    }
    Ok(b.finish(vec![params[0]]))
}

#[test]
fn each_pass_keeps_every_bit() {
    let rolled = std::cell::Cell::new(0);
    holds(500, 8, Domain::all(DType::F64), |f, mut choices| {
        let args = args(f, &mut choices);
        let repeated = repeated(f).map_err(told)?;
        let rolling = roll(&repeated, 2).map_err(told)?;
        rolled.set(rolled.get() + usize::from(rolling.equations.len() < repeated.equations.len()));
        let accelerator = Options { target: Target::Accelerator, ..Options::default() };
        let passes = [
            ("dce", f, dce(f.clone())),
            ("simplify for an accelerator", f, simplify(f, &accelerator).map_err(told)?),
            ("roll", &repeated, rolling),
        ];
        for (name, before, after) in passes {
            verify(&after).map_err(told)?;
            let expected = eval(before, &args).map_err(told)?;
            agree(name, &eval(&after, &args).map_err(told)?, &expected, 0.0)?;
        }
        Ok(())
    });
    assert!(rolled.get() > 50, "{} programs were rolled", rolled.get());
}

/// The program on many examples at once, and the update of its first parameter.
fn with_update(f: &Function) -> Result<Function, IrError> {
    let (many, _) = vmap(f, &vec![true; f.params.len()], &Batch::new(700), &[])?;
    let mut b = Builder::new("with_update");
    let params: Vec<_> = many.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let mut results = b.inline(&many, &params)?;
    let step = b.tanh(params[0])?;
    results.push(b.sub(params[0], step)?);
    Ok(b.finish(results))
}

#[test]
fn the_order_of_reads_keeps_every_bit() {
    let ordered = std::cell::Cell::new(0);
    holds(60, 6, Domain::all(DType::F64), |f, mut choices| {
        let f = dce(with_update(f).map_err(told)?);
        let after = order_donated(&f, &[(0, f.results.len() - 1)]).map_err(told)?;
        ordered.set(ordered.get() + usize::from(after.equations.len() > f.equations.len()));
        verify(&after).map_err(told)?;
        let args = args(&f, &mut choices);
        agree("ordered", &eval(&after, &args).map_err(told)?, &eval(&f, &args).map_err(told)?, 0.0)
    });
    assert!(ordered.get() > 5, "{} programs were put in order", ordered.get());
}

#[test]
fn packing_keeps_every_bit() {
    holds(800, 12, Domain::all(DType::F64), |f, mut choices| {
        let mapped = some_mapped(f.params.len(), &mut choices);
        let original = on_rows(f, 3, &mapped, choices.once_in(3)).map_err(told)?;
        let args = args(&original, &mut choices);
        let expected = eval(&original, &args).map_err(told)?;
        let simple = simplify(&original, &Options { differentiable: false, ..Options::default() }).map_err(told)?;
        let packed = pack(&simple, 3).map_err(told)?;
        verify(&packed).map_err(told)?;
        agree("packed", &eval(&packed, &args).map_err(|e| format!("{e}\n{packed}"))?, &expected, 0.0)
            .map_err(|why| format!("{why}\n{packed}"))
    });
}

#[test]
fn forward_mode_agrees_with_differences() {
    holds(1500, 12, SMOOTH, |f, mut choices| {
        let (args, active) = (args(f, &mut choices), floats(f));
        let tangents = directions(f, &mut choices);
        let dual = jvp(f, &active, &vec![true; f.results.len()]).map_err(told)?.function;
        let found = eval(&dual, &[&args[..], &tangents].concat()).map_err(told)?;
        let (values, pushed) = found.split_at(f.results.len());
        agree("values", values, &eval(f, &args).map_err(told)?, reordered(f))?;
        let along: Vec<Option<Array>> = tangents.into_iter().map(Some).collect();
        slopes(f, &args, &along, pushed)
    });
}

/// Compares derivatives with differences, as closely as differences of two steps agree with each other.
fn slopes(f: &Function, args: &[Array], along: &[Option<Array>], pushed: &[Array]) -> Result<(), String> {
    let [coarse, fine] = [4e-5, 1e-5].map(|step| of_floats(&directional(f, args, along, step)));
    let apart =
        |(x, y): (&Array, &Array)| numbers(x).iter().zip(numbers(y)).map(|(x, y)| (x - y).abs() / 30.0).collect();
    let apart: Vec<Vec<f64>> = coarse.iter().zip(&fine).map(apart).collect();
    difference(&of_floats(pushed), &fine, 2e-5, Some(&apart)).map_or(Ok(()), |why| Err(format!("slopes: {why}")))
}

#[test]
fn gradients_differentiate_again() {
    holds(600, 8, TWICE, |f, mut choices| {
        let scalar = {
            let mut b = Builder::new("scalar");
            let params: Vec<_> = f.param_types().into_iter().map(|ty| b.param(ty)).collect();
            let first = b.inline(f, &params).map_err(told)?[0];
            let axes: Vec<usize> = (0..b.ty(first).rank()).collect();
            let sum = b.reduce_sum(first, &axes).map_err(told)?;
            b.finish(vec![sum])
        };
        let wanted: Vec<usize> = (0..f.params.len()).collect();
        if scalar.result_types()[0].dtype != DType::F64 {
            return Ok(());
        }
        let gradient = simplify(&value_and_grad(&scalar, &wanted, 0).map_err(told)?, &Options::default());
        let gradient = gradient.map_err(told)?;
        let (active, all) = (vec![true; wanted.len()], vec![true; wanted.len() + 1]);
        let second = jvp(&gradient, &active, &all).map_err(told)?.function;
        let (args, tangents, others) =
            (args(f, &mut choices), directions(f, &mut choices), directions(f, &mut choices));
        let found = eval(&second, &[&args[..], &tangents].concat()).map_err(told)?;
        let along: Vec<Option<Array>> = tangents.iter().cloned().map(Some).collect();
        slopes(&gradient, &args, &along, &found[all.len()..])?;
        // A Hessian is symmetric: <u, H v> = <H u, v>.
        let other = eval(&second, &[&args[..], &others].concat()).map_err(told)?;
        let (left, right) = (dot(&others, &found[all.len() + 1..]), dot(&other[all.len() + 1..], &tangents));
        if close(left, right, 1e-8) { Ok(()) } else { Err(format!("the Hessian is not symmetric: {left}, {right}")) }
    });
}

/// Accepts that a function has no derivative in forward mode because a part of it has none.
fn only_backward(error: IrError) -> Result<(), String> {
    match error {
        IrError::NoRule { op: "custom_vjp", .. } => Ok(()),
        error => Err(told(error)),
    }
}

#[test]
fn reverse_mode_is_the_adjoint_of_forward_mode() {
    holds(1500, 14, REVERSIBLE, |f, mut choices| {
        let (args, active) = (args(f, &mut choices), floats(f));
        let (tangents, cts) = (directions(f, &mut choices), cotangents(f, &mut choices));
        let all: Vec<bool> = f.result_types().iter().map(|ty| ty.dtype.is_float()).collect();
        let split = linearize(f, &active, &all).map_err(told)?;
        let mut values = eval(&split.primal, &args).map_err(told)?;
        let residuals = values.split_off(f.results.len());
        let pushed = eval(&split.linear, &[&residuals[..], &tangents].concat()).map_err(told)?;
        agree("values", &values, &eval(f, &args).map_err(told)?, reordered(f))?;
        match jvp(f, &active, &all) {
            Ok(dual) => {
                let found = eval(&dual.function, &[&args[..], &tangents].concat()).map_err(told)?;
                agree("forward mode", &found, &[&values[..], &pushed].concat(), 1e-12)?;
            }
            Err(error) => only_backward(error)?,
        }
        let pull = vjp(f, &active).map_err(told)?;
        for pull in [&pull, &simplify(&pull, &Options::default()).map_err(told)?] {
            let back = eval(pull, &[&args[..], &cts].concat()).map_err(told)?;
            agree("values", &back[..values.len()], &values, 0.0)?;
            let (left, right) = (dot(&cts, &pushed), dot(&back[values.len()..], &tangents));
            if left.is_finite() && right.is_finite() && !close(left, right, 1e-9) {
                return Err(format!("pushed {left}, pulled {right}\n{pull}"));
            }
        }
        let linear: Vec<bool> = (0..split.linear.params.len()).map(|i| i >= residuals.len()).collect();
        let backward = transpose(&split.linear, &linear).map_err(told)?;
        let back = eval(&backward, &[&residuals[..], &cts].concat()).map_err(told)?;
        let expected = eval(&pull, &[&args[..], &cts].concat()).map_err(told)?;
        agree("transposed", &back, &expected[values.len()..], 1e-12)
    });
}

/// Compares the batch of `f` over the parameters that are mapped with `f` on each example.
fn maps(f: &Function, mapped: &[bool], examples: &[Vec<Array>]) -> Result<(), String> {
    let size = examples.len();
    let (batched, flags) = vmap(f, mapped, &Batch::new(size), &[]).map_err(told)?;
    verify(&batched).map_err(told)?;
    let own = |example: usize| -> Vec<Array> {
        let choose = |(i, &mapped): (usize, &bool)| examples[if mapped { example } else { 0 }][i].clone();
        mapped.iter().enumerate().map(choose).collect()
    };
    let all: Vec<Vec<Array>> = (0..size).map(own).collect();
    let column = |i: usize| all.iter().map(|args| args[i].clone()).collect::<Vec<_>>();
    let given: Vec<Array> = mapped
        .iter()
        .enumerate()
        .map(|(i, &mapped)| if mapped { stack(&column(i)) } else { all[0][i].clone() })
        .collect();
    let found = eval(&batched, &given).map_err(|e| format!("{e}\n{batched}"))?;
    for (example, args) in all.iter().enumerate() {
        let expected = eval(f, args).map_err(told)?;
        let found: Vec<Array> = found
            .iter()
            .zip(&flags)
            .map(|(x, &mapped)| if mapped { unstack(x)[example].clone() } else { x.clone() })
            .collect();
        let spread = spread(f, args, &expected, 1e-13);
        if let Some(why) = difference(&found, &expected, 1e-11, Some(&spread)) {
            return Err(format!("example {example}, {mapped:?}: {why}\n{batched}"));
        }
    }
    Ok(())
}

fn some_mapped(n: usize, choices: &mut Choices) -> Vec<bool> {
    let mut mapped: Vec<bool> = (0..n).map(|_| choices.once_in(2)).collect();
    let one = choices.below(n);
    mapped[one] = true;
    mapped
}

#[test]
fn a_batch_is_its_examples() {
    holds(2000, 14, Domain::all(DType::F64), |f, mut choices| {
        let examples: Vec<Vec<Array>> = (0..2).map(|_| args(f, &mut choices)).collect();
        let mapped = some_mapped(f.params.len(), &mut choices);
        maps(f, &mapped, &examples)?;
        let (once, _) = vmap(f, &mapped, &Batch::new(2), &[]).map_err(told)?;
        let examples: Vec<Vec<Array>> = (0..2).map(|_| args(&once, &mut choices)).collect();
        maps(&once, &some_mapped(f.params.len(), &mut choices), &examples)
    });
}

#[test]
fn batches_and_derivatives_go_together() {
    holds(600, 10, REVERSIBLE, |f, mut choices| {
        let active = floats(f);
        let all: Vec<bool> = f.result_types().iter().map(|ty| ty.dtype.is_float()).collect();
        let pull = vjp(f, &active).map_err(told)?;
        let mut derivatives = vec![&pull];
        let dual = jvp(f, &active, &all);
        match &dual {
            Ok(dual) => derivatives.push(&dual.function),
            Err(error) => only_backward(error.clone())?,
        }
        for derivative in derivatives {
            let examples: Vec<Vec<Array>> = (0..2).map(|_| args(derivative, &mut choices)).collect();
            maps(derivative, &some_mapped(derivative.params.len(), &mut choices), &examples)?;
        }
        // The derivative of a batch is the batch of derivatives.
        let every = vec![true; f.params.len()];
        let (batched, _) = vmap(f, &every, &Batch::new(2), &vec![true; f.results.len()]).map_err(told)?;
        let outside = vjp(&batched, &active).map_err(told)?;
        let (inside, _) = vmap(&pull, &vec![true; pull.params.len()], &Batch::new(2), &vec![true; pull.results.len()])
            .map_err(told)?;
        let args = args(&inside, &mut choices);
        let found = eval(&outside, &args).map_err(told)?;
        let expected = eval(&inside, &args).map_err(told)?;
        if expected.iter().flat_map(numbers).all(f64::is_finite) {
            let spread = spread(&inside, &args, &expected, 1e-13);
            if let Some(why) = difference(&found, &expected, 1e-10, Some(&spread)) {
                return Err(format!("{why}\n{outside}{inside}"));
            }
        }
        Ok(())
    });
}
