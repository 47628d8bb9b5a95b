//! `jax.lax.scan`, `fori_loop` with known bounds, and `map`.

use std::sync::Arc;

use keramos_ir::ops::Steps;

use super::body::{self, Body};
use super::carry::Carry;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::jax::transform::stage::Aval;
use crate::jax::transform::vmap_over_first;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "scan" [(f) (init) (xs = Default::None) (length = Default::None) (reverse = Default::Bool(false)) (unroll = Default::Int(1))
        (_split_transpose = Default::Bool(false))]
        "A function applied to one slice after the other, with a carry handed on." => scan;
    "map" [(f) (xs) (batch_size = Default::None)] "A function applied to one slice after the other." => |interp, args| {
        let (function, xs) = (args.get("f")?.clone(), args.get("xs")?.clone());
        let batch = match args.some("batch_size")? {
            Some(_) => Some(args.usize("batch_size")?.max(1)),
            None => None,
        };
        mapped(interp, &function, &xs, batch)
    };
};

pub(super) fn scan(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (function, init, xs) = (args.get("f")?.clone(), args.get("init")?.clone(), args.get("xs")?.clone());
    let length = match args.some("length")? {
        Some(_) => Some(args.usize("length")?),
        None => None,
    };
    let plan = Plan { what: "jax.lax.scan", length, reverse: args.bool("reverse")?, unroll: unroll(args)? };
    plan.run(interp, &function, &init, &xs)
}

/// `keras.ops.map`.
pub(super) fn keras_map(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    mapped(interp, &args.get("f")?.clone(), &args.get("xs")?.clone(), None)
}

/// `keras.ops.vectorized_map`.
pub(super) fn vectorized_map(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let vectorised = vmap_over_first(args.get("function")?)?;
    interp.call(&vectorised, Args::positional(vec![args.get("elements")?.clone()]))
}

/// `unroll`: a number of steps, or `True` for all; `None` means all.
fn unroll(args: &Bound) -> Result<Option<usize>> {
    match args.get("unroll")? {
        Value::Bool(true) => Ok(None),
        Value::Bool(false) | Value::None => Ok(Some(1)),
        _ => args.usize("unroll").map(|n| Some(n.max(1))),
    }
}

/// How a scan runs.
pub(crate) struct Plan {
    pub(crate) what: &'static str,
    pub(crate) length: Option<usize>,
    pub(crate) reverse: bool,
    pub(crate) unroll: Option<usize>,
}

impl Plan {
    /// How many steps there are.
    fn steps(&self, xs: &[Tensor], names: &[String]) -> Result<usize> {
        let what = self.what;
        let mut length = self.length.map(|n| (n, "`length`".to_owned()));
        for (x, name) in xs.iter().zip(names) {
            let Some(&n) = x.shape().first() else {
                return Err(Error::shape(format!(
                    "{what} slices `{name}` along axis 0, but it is the scalar {}",
                    x.ty()
                )));
            };
            match &length {
                None => length = Some((n, format!("axis 0 of `{name}`"))),
                Some((known, by)) if *known != n => {
                    return Err(raise("ValueError", format!("{what} got different numbers of steps"))
                        .note(format!("{by} is {known}"))
                        .note(format!("axis 0 of `{name}` is {n}")));
                }
                Some(_) => {}
            }
        }
        match length {
            Some((length, _)) => Ok(length),
            None => Err(raise("ValueError", format!("{what} has nothing to slice, and no `length`"))
                .help("say how many steps there are with length=")),
        }
    }

    /// Runs the loop; returns the last carry and the stacked outputs.
    pub(crate) fn run(&self, interp: &mut Interp, function: &Value, init: &Value, xs: &Value) -> Result<Value> {
        let what = self.what;
        let (start, def) = body::tensors(interp, what, "init", init)?;
        let mut carry = Carry { def, start };
        let (xs, xs_def) = body::tensors(interp, what, "xs", xs)?;
        let names: Vec<String> = xs_def.paths().iter().map(|path| format!("xs{path}")).collect();
        let length = self.steps(&xs, &names)?;
        let slices: Vec<Aval> = xs
            .iter()
            .map(|x| {
                let mut aval = Aval::of(x);
                aval.ty.shape.remove(0);
                aval
            })
            .collect();
        let (made, vars) = body::with_variables(interp, |interp, vars| {
            loop {
                let avals: Vec<Aval> = carry.avals().into_iter().chain(slices.iter().cloned()).collect();
                let made = body::stage(interp, what, function, vars, &avals, |interp, params| {
                    let mut params = params.into_iter().map(Value::Tensor);
                    let before: Vec<Value> = params.by_ref().take(carry.start.len()).collect();
                    let before = interp.unflatten(&carry.def, before)?;
                    let slice = interp.unflatten(&xs_def, params.collect::<Vec<_>>())?;
                    let result = interp.call(function, Args::positional(vec![before, slice]))?;
                    match &result {
                        Value::Tuple(parts) if parts.len() == 2 => Ok(result),
                        Value::List(parts) if parts.borrow().len() == 2 => Ok(Value::tuple(parts.borrow().clone())),
                        other => Err(Error::ty(format!(
                            "the body of {what} must return a pair (carry, output), found {}",
                            other.type_name()
                        ))
                        .help("return (carry, None) if there is no output")),
                    }
                })?;
                let [after, _] = made.parts.as_slice() else {
                    return Err(Error::internal("a scan body returned no pair"));
                };
                let out = made.out.avals();
                if carry.adapt(interp, what, "carry", after, &out)? {
                    continue;
                }
                let assigned = made.assigned.clone();
                return Ok((made, assigned));
            }
        })?;
        let Body { mut function, captures, out, parts, .. } = made;
        // The IR wants constants first.
        function.params.rotate_right(captures.len());
        let mut initial = Vec::with_capacity(vars.len() + carry.start.len());
        for &id in &vars {
            initial.push(interp.read_variable(id)?);
        }
        initial.extend(carry.start.iter().cloned());
        let unroll = self.unroll.unwrap_or(length).clamp(1, length.max(1));
        let steps = Steps { length, reverse: self.reverse, unroll };
        let operands: Vec<&Tensor> = captures.iter().chain(&initial).chain(&xs).collect();
        let (consts, carried) = (captures.len(), initial.len());
        let results = interp.tracer.build(&operands, |b, values| {
            let (consts, rest) = values.split_at(consts);
            let (init, xs) = rest.split_at(carried);
            let (mut carry, ys) = b.scan(&Arc::new(function), consts, init, xs, steps)?;
            carry.extend(ys);
            Ok(carry)
        })?;
        let mut results = results.into_iter();
        for (&id, value) in vars.iter().zip(results.by_ref()) {
            interp.state.assign(id, value);
        }
        let mut leaves = Vec::new();
        let avals = carry.avals().into_iter().chain(out.avals().into_iter().skip(carry.start.len()));
        for (aval, tensor) in avals.zip(results) {
            leaves.push(Value::Tensor(aval.mark(tensor)));
        }
        let stacked = leaves.split_off(carry.start.len());
        let last = interp.unflatten(&carry.def, leaves)?;
        let ys = match parts.get(1) {
            Some(def) => interp.unflatten(def, stacked)?,
            None => Value::None,
        };
        Ok(Value::tuple(vec![last, ys]))
    }
}

/// `f` as the body of a scan without carry.
#[derive(Debug)]
struct WithoutCarry(Value);

impl crate::value::Object for WithoutCarry {
    fn class_name(&self) -> std::rc::Rc<str> {
        "function".into()
    }

    fn call(self: std::rc::Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let x = args.positional.into_iter().nth(1).unwrap_or(Value::None);
        let y = interp.call(&self.0, Args::positional(vec![x]))?;
        Ok(Value::tuple(vec![Value::None, y]))
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.0.clone(), 0))
    }
}

/// The function applied to every slice of `xs`, one after the other or in batches.
fn mapped(interp: &mut Interp, function: &Value, xs: &Value, batch: Option<usize>) -> Result<Value> {
    let each = |function: Value| Value::User(std::rc::Rc::new(WithoutCarry(function)));
    let plan = Plan { what: "jax.lax.map", length: None, reverse: false, unroll: Some(1) };
    let ys = |result: Value| result.elements().and_then(|mut pair| pair.pop()).unwrap_or(Value::None);
    let Some(batch) = batch else { return plan.run(interp, &each(function.clone()), &Value::None, xs).map(ys) };
    let (tensors, def) = body::tensors(interp, plan.what, "xs", xs)?;
    let names: Vec<String> = def.paths().iter().map(|path| format!("xs{path}")).collect();
    let length = plan.steps(&tensors, &names)?;
    let rounds = length / batch;
    let whole = rounds * batch;
    let vectorised = vmap_over_first(function)?;
    let mut results = Vec::new();
    if rounds > 0 {
        let mut blocks = Vec::with_capacity(tensors.len());
        for x in &tensors {
            let front = interp.tracer.slice_axis(x, 0, 0, whole)?;
            let shape: Vec<usize> = [rounds, batch].into_iter().chain(x.shape().iter().skip(1).copied()).collect();
            blocks.push(Value::Tensor(interp.tracer.reshape(&front, &shape)?));
        }
        let blocks = interp.unflatten(&def, blocks)?;
        let out = ys(plan.run(interp, &each(vectorised.clone()), &Value::None, &blocks)?);
        let (leaves, out_def) = interp.flatten(&out)?;
        let mut joined = Vec::with_capacity(leaves.len());
        for leaf in &leaves {
            let y = interp.leaf_tensor(leaf)?;
            let shape: Vec<usize> = std::iter::once(whole).chain(y.shape().iter().skip(2).copied()).collect();
            joined.push(interp.tracer.reshape(&y, &shape)?);
        }
        results.push((joined, out_def));
    }
    if whole < length {
        let mut rest = Vec::with_capacity(tensors.len());
        for x in &tensors {
            rest.push(Value::Tensor(interp.tracer.slice_axis(x, 0, whole, length)?));
        }
        let rest = interp.unflatten(&def, rest)?;
        let out = interp.call(&vectorised, Args::positional(vec![rest]))?;
        results.push(body::tensors(interp, plan.what, "the result", &out)?);
    }
    let mut results = results.into_iter();
    let Some((first, out_def)) = results.next() else {
        return plan.run(interp, &each(function.clone()), &Value::None, xs).map(ys);
    };
    let leaves = match results.next() {
        None => first,
        Some((second, _)) => {
            let pairs = first.into_iter().zip(second);
            pairs.map(|(a, b)| interp.tracer.concatenate(&[a, b], 0)).collect::<Result<Vec<_>>>()?
        }
    };
    interp.unflatten(&out_def, leaves.into_iter().map(Value::Tensor).collect::<Vec<_>>())
}

/// An integer that is known while the program is compiled.
pub(super) fn known(value: &Value) -> Option<i64> {
    match value {
        Value::Array(array) if array.ty().rank() == 0 => {
            crate::interp::tensor::element(array, 0).as_ref().and_then(number::index)
        }
        other => number::index(other),
    }
}
