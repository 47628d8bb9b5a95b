//! `reduce` and `reduce_window` with any function, over trees of tensors.

use std::sync::Arc;

use keramos_ir::ops::{Binary, BinaryKind, Constant, Monoid, Window};
use keramos_ir::{Builder, Function, Op, TensorType};

use super::LAX;
use super::arguments::{Domain, apply, sizes, some_sizes, to_operand, tuple_text};
use super::reductions::{axes, padding};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::{TreeDef, difference};

/// What is reduced: the leaves of two equal trees, tensors of one shape and an initial value for each.
struct Operands {
    xs: Vec<Tensor>,
    inits: Vec<Tensor>,
    tree: TreeDef,
}

fn operands(interp: &mut Interp, args: &Bound, names: [&str; 2]) -> Result<Operands> {
    let what = args.function();
    let [(xs, tree), (inits, found)] =
        [interp.flatten(&args.get(names[0])?.clone())?, interp.flatten(&args.get(names[1])?.clone())?];
    if let Some((path, found, wanted)) = difference(&found, &tree) {
        let message = format!("Operands must have the same tree structure as init_values in {what}");
        return Err(raise("ValueError", message)
            .note(format!("`{}{path}` is {found}, `{}{path}` is {wanted}", names[1], names[0])));
    }
    let mut tensors =
        |values: &[Value]| values.iter().map(|x| to_operand(interp, args, x)).collect::<Result<Vec<Tensor>>>();
    let (xs, inits) = (tensors(&xs)?, tensors(&inits)?);
    let Some(first) = xs.first() else {
        return Err(raise("ValueError", format!("{what} must have at least one operand.")));
    };
    if let Some(other) = xs.iter().find(|x| x.shape() != first.shape()) {
        let (a, b) = (tuple_text(first.shape()), tuple_text(other.shape()));
        return Err(Error::ty(format!("the operands of {what} must have the same shapes, got {a} and {b}")));
    }
    if let Some(init) = inits.iter().find(|init| init.rank() > 0) {
        let shape = tuple_text(init.shape());
        return Err(raise("ValueError", format!("{what} found non-scalar initial value: {shape}")));
    }
    Ok(Operands { xs, inits, tree })
}

impl Operands {
    /// The elementary reduction that JAX takes for a function, with the element that is neutral for it: one of
    /// `jax.lax` itself.
    fn elementary(&self, function: &Value) -> Option<Monoid> {
        let (Value::Function(decl), [x], [init]) = (function, &self.xs[..], &self.inits[..]) else { return None };
        let of_lax = (LAX.get)(decl.name);
        if !matches!(of_lax, Some(Value::Function(known)) if std::ptr::eq(known, *decl)) {
            return None;
        }
        let bits = Domain::Bits.accepts(x.dtype());
        let monoid = match decl.name {
            "add" => Monoid::Sum,
            "mul" => Monoid::Prod,
            "max" => Monoid::Max,
            "min" => Monoid::Min,
            "bitwise_and" if bits => Monoid::And,
            "bitwise_or" if bits => Monoid::Or,
            "bitwise_xor" if bits => Monoid::Xor,
            _ => return None,
        };
        let literal = init.literal().map(|literal| literal.array(init.dtype()).numbers());
        let start = literal.or_else(|| init.constant().map(|array| array.numbers()))?;
        (monoid.defined_on(x.dtype()) && start == monoid.neutral(x.dtype()).numbers()).then_some(monoid)
    }

    fn check_dtypes(&self, what: &str) -> Result<()> {
        let Some((x, init)) = self.xs.iter().zip(&self.inits).find(|(x, init)| x.dtype() != init.dtype()) else {
            return Ok(());
        };
        let (x, init) = (x.dtype().numpy_name(), init.dtype().numpy_name());
        let message = format!(
            "{what} operand dtypes should match corresponding initial value dtypes, got operand {x} and initial value {init}"
        );
        Err(Error::ty(message).help(format!("give the initial value that type, as jnp.{x}(0)")))
    }

    /// The computation on scalars: from accumulated values and elements to accumulated values.
    fn computation(&self, interp: &mut Interp, what: &str, function: &Value) -> Result<Arc<Function>> {
        let scalars: Vec<TensorType> = self.xs.iter().map(|x| TensorType::scalar(x.dtype())).collect();
        let depth = interp.tracer.depth();
        let params = interp.tracer.enter("computation", &[&scalars[..], &scalars].concat());
        let traced = self.trace(interp, what, function, params).and_then(|results| interp.tracer.leave(&results));
        interp.tracer.unwind(depth);
        let traced = traced?;
        // What is known is part of the function; anything else would be an operand that a reduction lacks.
        let mut b = Builder::new(traced.function.name.clone());
        let mut args: Vec<_> = scalars.iter().chain(&scalars).map(|ty| b.param(ty.clone())).collect();
        for capture in &traced.captures {
            let literal = capture.literal().map(|literal| Arc::new(literal.array(capture.dtype())));
            let Some(array) = literal.or_else(|| capture.constant().map(|array| Arc::new((**array).clone()))) else {
                return Err(Error::unsupported(format!("a computation of {what} that uses arrays from outside"))
                    .note("JAX does not allow it either: reduction computations cannot close over tracers")
                    .help("combine the array with the operand before, or with the result"));
            };
            args.push(b.emit1(Constant(array), &[])?);
        }
        let results = b.inline(&traced.function, &args)?;
        Ok(Arc::new(b.finish(results)))
    }

    fn trace(&self, interp: &mut Interp, what: &str, function: &Value, params: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let mut trees = Vec::with_capacity(2);
        for half in params.chunks(self.xs.len()) {
            trees.push(interp.unflatten(&self.tree, half.iter().cloned().map(Value::Tensor).collect::<Vec<_>>())?);
        }
        let result = interp.call(function, Args::positional(trees))?;
        let (leaves, found) = interp.flatten(&result)?;
        if let Some((path, found, wanted)) = difference(&found, &self.tree) {
            return Err(raise("ValueError", format!("the computation of {what} must return the tree that it gets"))
                .note(format!("it gets {wanted} and returns {found} at `{path}`")));
        }
        let mut results = Vec::with_capacity(leaves.len());
        for (leaf, x) in leaves.iter().zip(&self.xs) {
            let y = interp.to_tensor(leaf)?;
            if y.rank() > 0 || (y.dtype() != x.dtype() && !y.is_weak()) {
                let (found, wanted) = (y.ty(), TensorType::scalar(x.dtype()));
                let message = format!("the computation of {what} must return scalars of the types that it gets");
                return Err(Error::ty(message).note(format!("it gets {wanted} and returns {found}")));
            }
            results.push(interp.tracer.convert(&y, x.dtype())?);
        }
        Ok(results)
    }

    fn all(&self) -> Vec<&Tensor> {
        self.xs.iter().chain(&self.inits).collect()
    }

    fn result(&self, interp: &mut Interp, results: Vec<Tensor>) -> Result<Value> {
        interp.unflatten(&self.tree, results.into_iter().map(Value::Tensor).collect::<Vec<_>>())
    }
}

fn reduce(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let operands = operands(interp, args, ["operands", "init_values"])?;
    let axes = axes(args, "dimensions", operands.xs[0].ty())?;
    let function = args.get("computation")?.clone();
    if let Some(monoid) = operands.elementary(&function) {
        let reduced = apply(interp, &operands.xs, |b, v| b.reduce(monoid, v[0], &axes))?;
        return operands.result(interp, vec![reduced]);
    }
    operands.check_dtypes("reduce")?;
    let computation = operands.computation(interp, "reduce", &function)?;
    let count = operands.xs.len();
    let results =
        interp.tracer.build(&operands.all(), |b, v| b.custom_reduce(&computation, &v[..count], &v[count..], &axes))?;
    operands.result(interp, results)
}

fn window(args: &Bound, x: &Tensor) -> Result<Window> {
    let ones = || vec![1; x.rank()];
    let size = sizes(args, "window_dimensions")?;
    let strides = some_sizes(args, "window_strides")?.unwrap_or_else(ones);
    let base_dilation = some_sizes(args, "base_dilation")?.unwrap_or_else(ones);
    let window_dilation = some_sizes(args, "window_dilation")?.unwrap_or_else(ones);
    if [&size, &strides, &base_dilation, &window_dilation].iter().any(|list| list.len() != x.rank()) {
        let shape = tuple_text(x.shape());
        let message = format!("reduce_window needs one window size, stride and dilation per dimension of {shape}");
        return Err(raise("ValueError", message));
    }
    let dilated: Vec<usize> = size.iter().zip(&window_dilation).map(|(&k, &d)| k.saturating_sub(1) * d + 1).collect();
    let base = x.shape().iter().zip(&base_dilation);
    let base: Vec<usize> = base.map(|(&n, &d)| n.saturating_sub(1) * d + n.min(1)).collect();
    let padding = padding(args, &base, &dilated, &strides)?;
    Ok(Window { size, strides, padding, base_dilation, window_dilation })
}

/// The reduction that a function of two scalars is, where JAX's derivative is its derivative whatever the
/// order of elements.
fn ordinary(function: &Function) -> Option<Monoid> {
    let ([a, b], [equation], [result]) = (&function.params[..], &function.equations[..], &function.results[..]) else {
        return None;
    };
    let straight = equation.inputs == [*a, *b] || equation.inputs == [*b, *a];
    if !straight || equation.outputs != [*result] {
        return None;
    }
    let Op::Binary(Binary(kind)) = &equation.op else { return None };
    Some(match kind {
        BinaryKind::Add => Monoid::Sum,
        BinaryKind::Mul => Monoid::Prod,
        BinaryKind::And => Monoid::And,
        BinaryKind::Or => Monoid::Or,
        BinaryKind::Xor => Monoid::Xor,
        _ => return None,
    })
}

fn reduce_window(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let operands = operands(interp, args, ["operand", "init_value"])?;
    let window = window(args, &operands.xs[0])?;
    let function = args.get("computation")?.clone();
    if let Some(monoid) = operands.elementary(&function) {
        let reduced = apply(interp, &operands.xs, |b, v| b.reduce_window(monoid, v[0], window))?;
        return operands.result(interp, vec![reduced]);
    }
    operands.check_dtypes("reduce_window")?;
    let computation = operands.computation(interp, "reduce_window", &function)?;
    let count = operands.xs.len();
    let known = ordinary(&computation).filter(|monoid| monoid.defined_on(operands.xs[0].dtype()));
    let results = interp.tracer.build(&operands.all(), |b, v| match known {
        Some(monoid) => {
            let reduced = b.reduce_window(monoid, v[0], window)?;
            let shape = b.ty(reduced).shape.clone();
            let init = b.broadcast(v[1], &shape)?;
            let (init, reduced) = (b.expand_dims(init, &[0])?, b.expand_dims(reduced, &[0])?);
            let pair = b.concatenate(&[init, reduced], 0)?;
            b.reduce(monoid, pair, &[0]).map(|y| vec![y])
        }
        None => b.custom_reduce_window(&computation, &v[..count], &v[count..], window),
    })?;
    operands.result(interp, results)
}

/// Reductions by functions.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "reduce" [(operands) (init_values) (computation) (dimensions) (out_sharding = Default::None)] "Combined by any associative function." => reduce;
    "reduce_window" [
        (operand) (init_value) (computation) (window_dimensions) (window_strides = Default::None) (padding = Default::Str("VALID"))
        (base_dilation = Default::None) (window_dilation = Default::None)
    ] "The elements of sliding windows combined." => reduce_window;
};
