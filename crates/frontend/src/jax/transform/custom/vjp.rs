//! `jax.custom_vjp` and `jax.custom_gradient`.

use std::rc::Rc;
use std::sync::Arc;

use keramos_ir::Builder;

use super::super::callee::name_of;
use super::super::selection::float0;
use super::super::stage::{Leaf, Others, Staged, Staging};
use super::super::transformed::{call_traced, check_callable};
use super::{Call, Slot, check_pure, inline, nondiff, once_less, params, union};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::tree::{Names, difference};
use crate::value::{Object, Value};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_vjp" [(fun) (nondiff_argnums = Default::Ints(&[])) (nondiff_argnames = Default::None)]
        "A function whose derivative in reverse mode is given: `f.defvjp(forward, backward)`." => |_, args| {
            check_callable("custom_vjp", args.get("fun")?)?;
            Ok(made(args.get("fun")?.clone(), nondiff(args)?, None))
        };
    "custom_gradient" [(fun)] "A function that returns its value and the function that pulls cotangents back." => custom_gradient;
};

fn made(function: Value, nondiff: Vec<usize>, rules: Option<Rules>) -> Value {
    let rules = Slot::new(rules.map(Rc::new));
    Value::User(Rc::new(CustomVjp { function, nondiff, rules }))
}

/// `f` returns `(value, backward)`; the function returns the value, and its derivative is what `backward` says.
pub(crate) fn custom_gradient(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let name = if args.function() == "custom_gradient" { "fun" } else { "f" };
    let function = args.get(name)?.clone();
    check_callable("custom_gradient", &function)?;
    let part = |role| Value::User(Rc::new(Part { function: function.clone(), role }));
    Ok(made(part(Role::Value), Vec::new(), Some(Rules { fwd: part(Role::Both), bwd: part(Role::Back) })))
}

/// The parts of a function with a custom gradient as the functions of a `custom_vjp`.
#[derive(Debug)]
struct Part {
    function: Value,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Value,
    Both,
    Back,
}

impl Object for Part {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let pair = |result: Value| match result.elements().map(<[Value; 2]>::try_from) {
            Some(Ok([value, back])) => Ok((value, back)),
            _ => Err(Error::ty(
                "a function with a custom gradient must return a pair (value, function of the cotangent)",
            )),
        };
        match self.role {
            Role::Value => Ok(pair(interp.call(&self.function, args)?)?.0),
            Role::Both => {
                // The residuals are the arguments: the backward function is made again from them.
                let residuals = Value::tuple(args.positional.clone());
                let (value, _) = pair(interp.call(&self.function, args)?)?;
                Ok(Value::tuple(vec![value, residuals]))
            }
            Role::Back => {
                let [residuals, cotangent] = args.positional.as_slice() else {
                    return Err(Error::internal("a backward function takes residuals and a cotangent"));
                };
                let arguments = residuals.elements().unwrap_or_default();
                let count = arguments.len();
                let (_, back) = pair(interp.call(&self.function, Args::positional(arguments))?)?;
                let cotangents = interp.call(&back, Args::positional(vec![cotangent.clone()]))?;
                Ok(match cotangents {
                    Value::Tuple(_) if count > 1 => cotangents,
                    Value::List(parts) if count > 1 => Value::tuple(parts.borrow().clone()),
                    Value::Tuple(parts) if parts.len() == 1 => Value::Tuple(parts),
                    one => Value::tuple(vec![one]),
                })
            }
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }
}

/// A function and its rules.
#[derive(Debug)]
struct CustomVjp {
    function: Value,
    nondiff: Vec<usize>,
    rules: Slot<Rules>,
}

#[derive(Debug)]
struct Rules {
    fwd: Value,
    bwd: Value,
}

/// `f.defvjp`.
#[derive(Debug)]
struct Define(Rc<CustomVjp>);

impl Object for Define {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        let mut given = args.positional;
        for name in ["fwd", "bwd"] {
            given.extend(args.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v.clone()));
        }
        let [fwd, bwd] = given.as_slice() else {
            return Err(Error::ty("defvjp takes two functions: forward and backward"));
        };
        check_callable("custom_vjp.defvjp", fwd)?;
        check_callable("custom_vjp.defvjp", bwd)?;
        self.0.rules.replace(Some(Rc::new(Rules { fwd: fwd.clone(), bwd: bwd.clone() })));
        Ok(Value::None)
    }
}

impl Object for CustomVjp {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let this = self.clone();
        call_traced(interp, &Value::User(self), "custom_vjp", args, |interp, args| this.run(interp, args))
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match name {
            "defvjp" => Ok(Some(Value::User(Rc::new(Define(self))))),
            "__wrapped__" | "fun" => Ok(Some(self.function.clone())),
            _ => interp.find_attribute(&self.function, name),
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }

    fn binds(&self) -> bool {
        true
    }
}

impl CustomVjp {
    fn run(&self, interp: &mut Interp, args: Args) -> Result<Value> {
        let name = name_of(&self.function);
        let Some(rules) = self.rules.borrow().clone() else {
            return Err(Error::ty(format!("`{name}` under jax.custom_vjp has no rules"))
                .help(format!("define them: {name}.defvjp(forward, backward)")));
        };
        if interp.derivatives == 0 {
            return interp.call(&self.function, args);
        }
        let call = Call::new(interp, "custom_vjp", &self.function, args, &self.nondiff)?;
        let staging = Staging {
            what: "jax.custom_vjp",
            name: &name,
            differentiated: false,
            others: Others::Convert,
            point: Some(&call.leaves),
        };
        let staged = interp.stage(staging, &call.avals(), |interp, leaves| {
            let args = call.with(interp, leaves)?;
            interp.call(&self.function, args)
        })?;
        let (fwd, bwd) = once_less(interp, |interp| {
            let fwd = forward(interp, &name, &rules.fwd, &call, &staged)?;
            let bwd = backward(interp, &name, &rules.bwd, &call, &staged, &fwd)?;
            Ok((fwd, bwd))
        })?;

        for part in [&staged, &fwd, &bwd] {
            check_pure(interp, &name, part)?;
        }
        let all = union([staged.captures.as_slice(), fwd.captures.as_slice(), bwd.captures.as_slice()]);
        let mut b = Builder::new(name.clone());
        let captured = params(&mut b, all.iter().map(Tensor::ty));
        let own = params(&mut b, call.leaves.iter().map(Tensor::ty));
        let results = inline(&mut b, &staged.function, &own, &staged.captures, &all, &captured)?;
        let function = b.finish(results);

        let mut b = Builder::new(format!("{name}_fwd"));
        let captured = params(&mut b, all.iter().map(Tensor::ty));
        let own = params(&mut b, call.leaves.iter().map(Tensor::ty));
        let mut results = inline(&mut b, &fwd.function, &own, &fwd.captures, &all, &captured)?;
        // What the backward rule captures is handed over with the residuals.
        results.extend(captured);
        let forward = b.finish(results);

        let outputs = staged.function.results.len();
        let types = fwd.function.result_types();
        let mut b = Builder::new(format!("{name}_bwd"));
        let mut own = params(&mut b, types.iter().skip(outputs));
        let captured = params(&mut b, all.iter().map(Tensor::ty));
        own.extend(params(&mut b, types.iter().take(outputs).filter(|ty| ty.dtype.is_inexact())));
        let mut results = Vec::new();
        for capture in all.iter().filter(|capture| capture.dtype().is_inexact()) {
            results.push(b.full(capture.ty(), 0.0)?);
        }
        results.extend(inline(&mut b, &bwd.function, &own, &bwd.captures, &all, &captured)?);
        let backward = b.finish(results);

        let operands: Vec<&Tensor> = all.iter().chain(&call.leaves).collect();
        let results = interp.tracer.build(&operands, |b, values| {
            b.custom_vjp(&Arc::new(function), &Arc::new(forward), &Arc::new(backward), values)
        })?;
        let mut results = results.into_iter();
        staged.out.tree(interp, &mut results)
    }
}

/// The forward rule: the function's results, then the residuals; residuals that are no tensors stay apart.
fn forward(interp: &mut Interp, name: &str, rule: &Value, call: &Call, staged: &Staged) -> Result<Staged> {
    let label = format!("{name}_fwd");
    let staging = Staging {
        what: "jax.custom_vjp",
        name: &label,
        differentiated: false,
        others: Others::Keep,
        point: Some(&call.leaves),
    };
    interp.stage(staging, &call.avals(), |interp, leaves| {
        let args = call.with(interp, leaves)?;
        let result = interp.call(rule, args)?;
        let Some(Ok([value, residuals])) = result.elements().map(<[Value; 2]>::try_from) else {
            return Err(Error::ty(format!(
                "the forward rule of `{name}` must return a pair (result, residuals), found {}",
                result.type_name()
            )));
        };
        let (values, def) = interp.flatten(&value)?;
        if let Some((path, found, wanted)) = difference(&def, &staged.out.def) {
            return Err(Error::ty(format!(
                "the forward rule of `{name}` must return the tree that the function returns"
            ))
            .note(format!("at `{path}` the function returns {wanted}, the rule {found}")));
        }
        let mut tensors = Vec::with_capacity(values.len());
        for (value, aval) in values.iter().zip(staged.out.avals()) {
            let tensor = interp.leaf_tensor(value)?;
            if tensor.ty() != &aval.ty {
                let message = format!("the forward rule of `{name}` returns {}, the function {}", tensor.ty(), aval.ty);
                return Err(Error::ty(message));
            }
            tensors.push(Value::Tensor(tensor));
        }
        Ok(Value::tuple(vec![Value::tuple(tensors), residuals]))
    })
}

/// The backward rule: from the residuals and cotangents to cotangents of the arguments that have some.
fn backward(
    interp: &mut Interp,
    name: &str,
    rule: &Value,
    call: &Call,
    staged: &Staged,
    fwd: &Staged,
) -> Result<Staged> {
    let outputs = staged.out.avals();
    let kept: Vec<Leaf> = fwd.out.leaves.iter().skip(outputs.len()).cloned().collect();
    let residual_def = fwd.out.def.children().get(1).cloned();
    let tensors = kept.iter().filter_map(|leaf| match leaf {
        Leaf::Tensor(aval) => Some(aval.clone()),
        Leaf::Known(_) => None,
    });
    let tensors: Vec<_> = tensors.collect();
    let num_residuals = tensors.len();
    let cotangents = outputs.iter().filter(|aval| aval.ty.dtype.is_inexact()).cloned();
    let avals: Vec<_> = tensors.into_iter().chain(cotangents).collect();
    let label = format!("{name}_bwd");
    let staging =
        Staging { what: "jax.custom_vjp", name: &label, differentiated: false, others: Others::Convert, point: None };
    interp.stage(staging, &avals, |interp, params| {
        let (residuals, cotangents) = params.split_at(num_residuals);
        let mut residuals = residuals.iter().cloned();
        let leaves: Vec<Value> = kept
            .iter()
            .map(|leaf| match leaf {
                Leaf::Known(value) => value.clone(),
                Leaf::Tensor(_) => residuals.next().map_or(Value::None, Value::Tensor),
            })
            .collect();
        let residuals = match &residual_def {
            Some(def) => interp.unflatten(def, leaves)?,
            None => Value::None,
        };
        let mut cotangents = cotangents.iter().cloned();
        let mut leaves = Vec::with_capacity(outputs.len());
        for aval in &outputs {
            leaves.push(Value::Tensor(match aval.ty.dtype.is_inexact() {
                true => cotangents.next().ok_or_else(|| Error::internal("a cotangent is missing"))?,
                false => float0(interp, &aval.ty.shape)?,
            }));
        }
        let cotangent = interp.unflatten(&staged.out.def, leaves)?;
        let mut args = call.others();
        args.extend([residuals, cotangent]);
        let result = interp.call(rule, Args::positional(args))?;
        let found = match &result {
            Value::Tuple(parts) if parts.len() == call.defs.len() => parts.to_vec(),
            Value::List(parts) if parts.borrow().len() == call.defs.len() => parts.borrow().clone(),
            other => {
                let count = call.defs.len();
                let message = format!(
                    "the backward rule of `{name}` must return a tuple with {count} cotangent{}, one per differentiated argument; found {}",
                    if count == 1 { "" } else { "s" },
                    match other.elements() {
                        Some(parts) => format!("{} of {}", other.type_name(), parts.len()),
                        None => other.type_name(),
                    }
                );
                return Err(Error::ty(message).help("return None for an argument without derivative"));
            }
        };
        let mut results = Vec::new();
        let mut leaves = call.leaves.iter().zip(&call.names);
        for (def, cotangent) in call.defs.iter().zip(&found) {
            let names = Names { given: "the cotangent that the backward rule returns", wanted: "the argument" };
            let parts = match cotangent {
                Value::None => vec![Value::None; def.num_leaves()],
                tree => interp.flatten_up_to(def, tree, names)?,
            };
            for (part, (leaf, leaf_name)) in parts.iter().zip(leaves.by_ref()) {
                if !leaf.dtype().is_inexact() {
                    continue;
                }
                let tensor = match part {
                    Value::None => interp.tracer.full(leaf.ty(), 0.0)?,
                    value => interp.leaf_tensor(value)?,
                };
                if tensor.shape() != leaf.shape() {
                    let message = format!(
                        "the backward rule of `{name}` returns the cotangent {} for `{leaf_name}`, which is {}",
                        tensor.ty(),
                        leaf.ty()
                    );
                    return Err(Error::shape(message).help("a cotangent has the shape of its argument"));
                }
                results.push(Value::Tensor(interp.tracer.convert(&tensor, leaf.dtype())?));
            }
        }
        Ok(Value::tuple(results))
    })
}
