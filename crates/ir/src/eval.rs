//! The reference evaluator: slow and obvious, the meaning that transforms and passes must keep.

use std::borrow::{Borrow, Cow};
use std::cell::Cell;

use crate::{Array, Equation, Function, IrError, Op, Primitive, Result, Value, explain};

thread_local! {
    /// The work that evaluation on this thread may still do; `None` where it is not limited.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// What `evaluate` gives if its calls of [`eval()`] and [`eval_equation`] do no more than `work`, from which what they
/// did is taken; `None` if they would do more. An equation is as much work as [`work`] says.
///
/// # Errors
/// Those of `evaluate`.
pub fn within<T>(work: &mut u64, evaluate: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
    let outer = LEFT.replace(Some(*work));
    let result = evaluate();
    let left = LEFT.replace(outer).unwrap_or(0);
    *work = left;
    match result {
        Err(IrError::Eval { op: OUT_OF_WORK, .. }) if left == 0 => Ok(None),
        result => result.map(Some),
    }
}

/// What takes the place of a primitive's name when there is no work left.
const OUT_OF_WORK: &str = "a long computation";

fn spend(work: u64) -> Result<()> {
    let Some(left) = LEFT.get() else { return Ok(()) };
    LEFT.set(Some(left.saturating_sub(work)));
    if work <= left {
        return Ok(());
    }
    Err(IrError::Eval { op: OUT_OF_WORK, message: "it takes more work than it was given".to_owned() })
}

/// The work of one equation without that of functions that it runs: the elements of its results, a part of its
/// floating-point operations, and something for the equation itself.
fn own_work(function: &Function, equation: &Equation) -> u64 {
    const EQUATION: usize = 8;
    /// Operations inside of one primitive that are as much work as an element that passes from one to another.
    const OPERATIONS: u64 = 64;
    /// Operations of a term of a Fourier transform: a root of unity and a product.
    const TERM: u64 = 8;
    /// Operations of one element of a series or continued fraction.
    const ITERATIONS: u64 = 4096;
    let ty = |value: &Value| function.ty(*value);
    let size = equation.outputs.iter().map(|value| ty(value).size()).fold(EQUATION, usize::saturating_add) as u64;
    let operations = match (&equation.op, equation.inputs.get(1).map(ty)) {
        // With the elements that are padding, which are looked at, too.
        (Op::Conv(op), Some(kernel)) => {
            let features = op.dims.rhs.first().map_or(1, |&dim| kernel.shape[dim].max(1));
            size.saturating_mul((kernel.size() / features) as u64)
        }
        // Each element is a sum along the dimensions, as it is defined.
        (Op::Fft(op), _) => size.saturating_mul(op.lengths.iter().sum::<usize>() as u64).saturating_mul(TERM),
        (Op::Binary(op), _) if op.0.iterates() => explain::flops(function, equation).saturating_mul(ITERATIONS),
        _ => explain::flops(function, equation),
    };
    size.saturating_add(operations / OPERATIONS)
}

/// The least work that a function does: loops whose number of rounds is not known run once.
#[must_use]
pub fn work(function: &Function) -> u64 {
    let of = |equation: &Equation| {
        let inner = explain::inner(&equation.op).into_iter();
        let inner = inner.map(|(inner, rounds)| work(inner).saturating_mul(rounds));
        inner.fold(own_work(function, equation), u64::saturating_add)
    };
    function.equations.iter().map(of).fold(0, u64::saturating_add)
}

/// Runs one equation of `function`.
///
/// # Errors
/// [`IrError::Eval`]: the primitive cannot compute.
pub fn eval_equation(function: &Function, equation: &Equation, operands: &[&Array]) -> Result<Vec<Array>> {
    if LEFT.get().is_some() {
        spend(own_work(function, equation))?;
    }
    equation.op.eval(operands)
}

/// Runs `function` on `args`, given as arrays or as references to arrays.
///
/// Primitives with nested functions (loops, branches, calls) come back here for their bodies. A
/// value is dropped after its last use, so memory stays near what the widest point needs.
///
/// # Errors
/// [`IrError::Eval`]: the arguments do not fit the parameters, or a primitive cannot compute.
pub fn eval<A: Borrow<Array>>(function: &Function, args: &[A]) -> Result<Vec<Array>> {
    check_args(function, args)?;
    let last_use = last_uses(function);
    let mut env: Vec<Option<Cow<'_, Array>>> = vec![None; function.num_values()];
    for (&param, arg) in function.params.iter().zip(args) {
        env[param.index()] = Some(Cow::Borrowed(arg.borrow()));
    }
    for (index, eqn) in function.equations.iter().enumerate() {
        let operands = eqn.inputs.iter().map(|&v| look_up(function, &env, v)).collect::<Result<Vec<_>>>()?;
        let outputs = eval_equation(function, eqn, &operands)?;
        for &input in &eqn.inputs {
            if last_use[input.index()] == Some(index) {
                env[input.index()] = None;
            }
        }
        for (&value, array) in eqn.outputs.iter().zip(outputs) {
            if array.ty() != function.ty(value) {
                let message = format!("computed {}, the type rule says {}", array.ty(), function.ty(value));
                return Err(IrError::Eval { op: eqn.op.name(), message });
            }
            env[value.index()] = Some(Cow::Owned(array));
        }
    }
    function.results.iter().map(|&v| look_up(function, &env, v).cloned()).collect()
}

fn check_args<A: Borrow<Array>>(function: &Function, args: &[A]) -> Result<()> {
    let error = |message| Err(IrError::Eval { op: "call", message });
    if args.len() != function.params.len() {
        return error(format!("{} takes {} arguments, {} given", function.name, function.params.len(), args.len()));
    }
    for (i, (&param, arg)) in function.params.iter().zip(args).enumerate() {
        let (expected, found) = (function.ty(param), arg.borrow().ty());
        if expected != found {
            return error(format!("argument {i} of {} must be {expected}, {found} given", function.name));
        }
    }
    Ok(())
}

fn look_up<'a>(function: &Function, env: &'a [Option<Cow<'_, Array>>], value: Value) -> Result<&'a Array> {
    env[value.index()].as_deref().ok_or_else(|| IrError::Invalid {
        function: function.name.clone(),
        message: format!("{value} is used before it is defined"),
    })
}

/// The index of the last equation that uses each value; `None` for results, which live to the end.
fn last_uses(function: &Function) -> Vec<Option<usize>> {
    let mut last = vec![None; function.num_values()];
    for (index, eqn) in function.equations.iter().enumerate() {
        for input in &eqn.inputs {
            last[input.index()] = Some(index);
        }
    }
    for result in &function.results {
        last[result.index()] = None;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, DType, TensorType};

    fn square_plus_self() -> Function {
        let mut b = Builder::new("f");
        let x = b.param(TensorType::scalar(DType::F32));
        let xx = b.mul(x, x).unwrap();
        let y = b.add(xx, x).unwrap();
        b.finish(vec![y, x])
    }

    #[test]
    fn computes_results_in_order() {
        let results = eval(&square_plus_self(), &[Array::scalar(DType::F32, 3.0)]).unwrap();
        assert_eq!(results, [Array::scalar(DType::F32, 12.0), Array::scalar(DType::F32, 3.0)]);
    }

    #[test]
    fn stops_when_the_work_is_done() {
        let (f, args) = (square_plus_self(), [Array::scalar(DType::F32, 3.0)]);
        let mut work = 30;
        assert!(within(&mut work, || eval(&f, &args)).unwrap().is_some());
        assert_eq!(work, 12);
        assert_eq!(within(&mut work, || eval(&f, &args)).unwrap(), None);
        assert!(eval(&f, &args).is_ok());
    }

    #[test]
    fn names_the_argument_that_does_not_fit() {
        let error = eval(&square_plus_self(), &[Array::scalar(DType::I32, 3.0)]).unwrap_err();
        assert_eq!(error.to_string(), "cannot evaluate call: argument 0 of f must be f32[], i32[] given");
    }
}
