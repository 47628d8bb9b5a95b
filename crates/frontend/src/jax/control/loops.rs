//! `jax.lax.while_loop` and `fori_loop`.

use std::rc::Rc;
use std::sync::Arc;

use keramos_ir::{Builder, DType, Function, TensorType};

use super::body::{self, unify};
use super::carry::Carry;
use super::scan::{Plan, known};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::{Object, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "while_loop" [(cond_fun) (body_fun) (init_val)] "A function applied as long as a condition holds." => |interp, args| {
        let (cond, body) = (args.get("cond_fun")?.clone(), args.get("body_fun")?.clone());
        let init = args.get("init_val")?.clone();
        while_loop(interp, "jax.lax.while_loop", &cond, &body, &init)
    };
    "fori_loop" [(lower) (upper) (body_fun) (init_val) (unroll = Default::None)] "A function applied for every integer in a range." => fori;
};

pub(super) fn fori(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let bounds = [args.get("lower")?.clone(), args.get("upper")?.clone()];
    let (body, init) = (args.get("body_fun")?.clone(), args.get("init_val")?.clone());
    let unroll = match args.is_given("unroll").then(|| args.get("unroll")).transpose()? {
        Some(Value::Bool(true)) => None,
        None | Some(Value::None | Value::Bool(false)) => Some(1),
        Some(_) => Some(args.usize("unroll")?.max(1)),
    };
    fori_loop(interp, &bounds, &body, &init, unroll)
}

/// Replaces a carry by what `body` makes of it as long as `cond` holds.
pub(super) fn while_loop(interp: &mut Interp, what: &str, cond: &Value, body: &Value, init: &Value) -> Result<Value> {
    let (start, def) = body::tensors(interp, what, "init_val", init)?;
    let mut carry = Carry { def, start };
    let ((test, step), vars) = body::with_variables(interp, |interp, vars| {
        loop {
            let avals = carry.avals();
            let call = |interp: &mut Interp, function: &Value, params: Vec<Tensor>| {
                let tree = interp.unflatten(&carry.def, params.into_iter().map(Value::Tensor).collect::<Vec<_>>())?;
                interp.call(function, Args::positional(vec![tree]))
            };
            let step = body::stage(interp, what, body, vars, &avals, |interp, params| call(interp, body, params))?;
            let test = body::stage(interp, what, cond, vars, &avals, |interp, params| call(interp, cond, params))?;
            let scalar = TensorType::scalar(DType::Bool);
            let found = test.out.avals();
            if found.len() != 1 || !test.out.def.is_leaf() || found.iter().any(|aval| aval.ty != scalar) {
                let found = match found.as_slice() {
                    [one] if test.out.def.is_leaf() => one.ty.to_string(),
                    _ => test.out.def.kind().describe(test.out.def.children().len()),
                };
                return Err(Error::ty(format!("the condition of {what} must be a bool scalar, found {found}"))
                    .help("compare, and reduce with jnp.all or jnp.any"));
            }
            if let Some(id) = test.assigned.first() {
                let path = interp.variables.get(*id).path.clone();
                return Err(Error::ty(format!("the condition of {what} changes the variable `{path}`")));
            }
            let def = step.out.def.clone();
            if carry.adapt(interp, what, "init_val", &def, &step.out.avals())? {
                continue;
            }
            let assigned = step.assigned.clone();
            return Ok(((test, step), assigned));
        }
    })?;
    let (captures, functions) = unify(&[&test, &step])?;
    let [cond, body] = <[Function; 2]>::try_from(functions).map_err(|_| Error::internal("a loop lacks a function"))?;
    let count = captures.len();
    // A condition must not return the variables, and a body must hand its captures on.
    let mut cond = cond;
    cond.results.drain(..vars.len());
    let mut b = Builder::new(body.name.clone());
    let params: Vec<_> = body.params.iter().map(|&param| b.param(body.ty(param).clone())).collect();
    let mut results = params.get(..count).map(<[_]>::to_vec).unwrap_or_default();
    results.extend(b.inline(&body, &params)?);
    let body = b.finish(results);
    let mut operands = captures;
    for &id in &vars {
        operands.push(interp.read_variable(id)?);
    }
    operands.extend(carry.start.iter().cloned());
    let operands: Vec<&Tensor> = operands.iter().collect();
    let results = interp.tracer.build(&operands, |b, values| b.while_loop(&Arc::new(cond), &Arc::new(body), values))?;
    let mut results = results.into_iter().skip(count);
    for (&id, value) in vars.iter().zip(results.by_ref()) {
        interp.state.assign(id, value);
    }
    let leaves = carry.avals().into_iter().zip(results).map(|(aval, tensor)| Value::Tensor(aval.mark(tensor)));
    interp.unflatten(&carry.def, leaves.collect::<Vec<_>>())
}

/// The body of a `fori_loop` as that of a scan over its integers, or of a while loop that counts.
#[derive(Debug)]
struct Counting {
    body: Value,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    /// `(value, i) -> (body(i, value), None)`.
    Slice,
    /// `(i, upper, value) -> (i + 1, upper, body(i, value))`.
    Step,
    /// `(i, upper, value) -> i < upper`.
    Test,
}

impl Object for Counting {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let parts = match (self.role, args.positional.as_slice()) {
            (Role::Slice, [value, i]) => vec![i.clone(), Value::None, value.clone()],
            (_, [tuple]) => tuple.elements().unwrap_or_default(),
            _ => Vec::new(),
        };
        let [i, upper, value] = parts.as_slice() else {
            return Err(Error::internal("a counted loop lost its counter"));
        };
        if let Role::Test = self.role {
            let (i, upper) = (interp.leaf_tensor(i)?, interp.leaf_tensor(upper)?);
            return interp.tracer.lt(&i, &upper).map(Value::Tensor);
        }
        let next = interp.call(&self.body, Args::positional(vec![i.clone(), value.clone()]))?;
        if let Role::Slice = self.role {
            return Ok(Value::tuple(vec![next, Value::None]));
        }
        let i = interp.leaf_tensor(i)?;
        let following = plus(interp, &i, 1)?;
        Ok(Value::tuple(vec![Value::Tensor(following), upper.clone(), next]))
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.body.clone(), 0))
    }
}

/// An integer tensor plus a number.
fn plus(interp: &mut Interp, x: &Tensor, n: i64) -> Result<Tensor> {
    let n = interp.to_tensor(&Value::Int(n))?;
    interp.tracer.add(x, &n)
}

fn fori_loop(
    interp: &mut Interp,
    bounds: &[Value; 2],
    body: &Value,
    init: &Value,
    unroll: Option<usize>,
) -> Result<Value> {
    const WHAT: &str = "jax.lax.fori_loop";
    let [lower, upper] = bounds;
    let counting = |role| Value::User(Rc::new(Counting { body: body.clone(), role }));
    if let (Some(low), Some(high)) = (known(lower), known(upper)) {
        let length = usize::try_from(high.saturating_sub(low)).unwrap_or(0);
        let numbers = interp.tracer.iota(DType::I32, &[length], 0)?;
        let numbers = plus(interp, &numbers, low)?;
        let weak = matches!((lower, upper), (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)));
        let numbers = if weak { numbers.into_weak() } else { numbers };
        let plan = Plan { what: WHAT, length: Some(length), reverse: false, unroll };
        let result = plan.run(interp, &counting(Role::Slice), init, &Value::Tensor(numbers))?;
        return Ok(result.elements().unwrap_or_default().into_iter().next().unwrap_or(Value::None));
    }
    for (name, bound) in [("lower", lower), ("upper", upper)] {
        let tensor = interp.leaf_tensor(bound)?;
        if tensor.rank() != 0 || !tensor.dtype().is_int() {
            return Err(Error::ty(format!("`{name}` of {WHAT} must be an integer, found {}", tensor.ty())));
        }
    }
    let (low, high) = (interp.leaf_tensor(lower)?, interp.leaf_tensor(upper)?);
    let dtype = interp.tracer.promoted([&low, &high]).0;
    let (low, high) = (interp.tracer.convert(&low, dtype)?, interp.tracer.convert(&high, dtype)?);
    let start = Value::tuple(vec![Value::Tensor(low), Value::Tensor(high), init.clone()]);
    let last = while_loop(interp, WHAT, &counting(Role::Test), &counting(Role::Step), &start)?;
    Ok(last.elements().and_then(|mut parts| parts.pop()).unwrap_or(Value::None))
}

/// The arguments of a call given to functions that take them one by one.
#[derive(Debug)]
pub(super) struct Spread {
    pub(super) function: Value,
    /// Whether a result that is no sequence becomes a tuple of one.
    pub(super) wrap: bool,
}

impl Object for Spread {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let parts = args.positional.first().and_then(Value::elements).unwrap_or_default();
        let result = interp.call(&self.function, Args::positional(parts))?;
        Ok(match (&result, self.wrap) {
            (Value::List(parts), true) => Value::tuple(parts.borrow().clone()),
            (Value::Tuple(_), true) | (_, false) => result,
            (_, true) => Value::tuple(vec![result]),
        })
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }
}

/// `keras.ops.while_loop`: the loop variables are arguments of their own.
pub(super) fn keras_while(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let vars = args.get("loop_vars")?.clone();
    let single = vars.elements().is_none();
    let start = match vars.elements() {
        Some(parts) => parts,
        None => vec![vars.clone()],
    };
    let (cond, body) = (args.get("cond")?.clone(), args.get("body")?.clone());
    let spread = |function: Value, wrap| Value::User(Rc::new(Spread { function, wrap }));
    let (cond, body) = (spread(cond, false), spread(body, true));
    let what = "keras.ops.while_loop";
    let result = match args.some("maximum_iterations")? {
        None => while_loop(interp, what, &cond, &body, &Value::tuple(start))?,
        Some(limit) => {
            let limited = |function: &Value, test| {
                Value::User(Rc::new(Limited { function: function.clone(), limit: limit.clone(), test }))
            };
            let start = Value::tuple(vec![Value::Int(0), Value::tuple(start)]);
            let last = while_loop(interp, what, &limited(&cond, true), &limited(&body, false), &start)?;
            last.elements().and_then(|mut parts| parts.pop()).unwrap_or(Value::None)
        }
    };
    let result = match (single, result.elements()) {
        (true, Some(mut parts)) if parts.len() == 1 => parts.remove(0),
        _ => result,
    };
    Ok(match (&vars, result) {
        (Value::List(_), Value::Tuple(parts)) => Value::list(parts.to_vec()),
        (_, result) => result,
    })
}

/// The condition or the body of a loop whose steps are counted too.
#[derive(Debug)]
struct Limited {
    function: Value,
    limit: Value,
    test: bool,
}

impl Object for Limited {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let parts = args.positional.first().and_then(Value::elements).unwrap_or_default();
        let [count, vars] = parts.as_slice() else { return Err(Error::internal("a counted loop lost its counter")) };
        let result = interp.call(&self.function, Args::positional(vec![vars.clone()]))?;
        let count = interp.leaf_tensor(count)?;
        if self.test {
            let (limit, holds) = (interp.leaf_tensor(&self.limit)?, interp.leaf_tensor(&result)?);
            let within = interp.tracer.lt(&count, &limit)?;
            return interp.tracer.and(&within, &holds).map(Value::Tensor);
        }
        let next = plus(interp, &count, 1)?;
        Ok(Value::tuple(vec![Value::Tensor(next), result]))
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }
}
