//! `jax.custom_vjp`.

use std::sync::Arc;

use keramos_ir::{Builder, Function};

use super::super::selection::float0;
use super::super::stage::{Leaf, Others, Staged, Staging};
use super::super::transformed::check_callable;
use super::{Rules, Site, custom};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Default, FunctionDecl};
use crate::trace::{Captures, Tensor, params};
use crate::value::Value;
use crate::value::tree::{Names, difference};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_vjp" [(fun) (nondiff_argnums = Default::Ints(&[])) (nondiff_argnames = Default::None)]
        "A function whose derivative in reverse mode is given: `f.defvjp(forward, backward)`."
        => |_, args| custom::<Reverse>(args);
};

/// The rules of a function in reverse mode.
#[derive(Debug)]
pub(super) struct Reverse {
    /// From the arguments to `(value, residuals)`.
    pub(super) fwd: Value,
    /// From `(*others, residuals, cotangent)` to cotangents of the arguments.
    pub(super) bwd: Value,
}

impl Rules for Reverse {
    const WHAT: &'static str = "custom_vjp";
    const USE: &'static str = "defvjp(forward, backward)";
    const METHODS: &'static [&'static str] = &["defvjp"];

    fn define(_method: &'static str, args: Args) -> Result<(Self, Value)> {
        let mut given = args.positional;
        for name in ["fwd", "bwd"] {
            given.extend(args.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v.clone()));
        }
        let [fwd, bwd] = given.as_slice() else {
            return Err(Error::ty("defvjp takes two functions: forward and backward"));
        };
        check_callable("jax.custom_vjp.defvjp", fwd)?;
        check_callable("jax.custom_vjp.defvjp", bwd)?;
        Ok((Reverse { fwd: fwd.clone(), bwd: bwd.clone() }, Value::None))
    }

    fn stage(&self, interp: &mut Interp, site: &Site<'_>) -> Result<Vec<Staged>> {
        let fwd = forward(interp, &self.fwd, site)?;
        let bwd = backward(interp, &self.bwd, site, &fwd)?;
        Ok(vec![fwd, bwd])
    }

    fn emit(
        interp: &mut Interp,
        site: &Site<'_>,
        captures: &Captures,
        function: &Arc<Function>,
        rules: &[Staged],
    ) -> Result<Vec<Tensor>> {
        let [fwd, bwd] = rules else { return Err(Error::internal("a forward and a backward rule were expected")) };
        let (name, leaves) = (site.name, &site.call.leaves);
        let mut b = Builder::new(format!("{name}_fwd"));
        let captured = captures.params(&mut b);
        let own = params(&mut b, leaves.iter().map(Tensor::ty));
        let mut results = captures.inline(&mut b, &fwd.function, &fwd.captures, &own, &captured)?;
        // What the backward rule captures is handed over with the residuals.
        results.extend(captured);
        let forward = b.finish(results);

        let outputs = site.staged.function.results.len();
        let types = fwd.function.result_types();
        let mut b = Builder::new(format!("{name}_bwd"));
        let mut own = params(&mut b, types.iter().skip(outputs));
        let captured = captures.params(&mut b);
        own.extend(params(&mut b, types.iter().take(outputs).filter(|ty| ty.dtype.is_inexact())));
        let mut results = Vec::new();
        for capture in captures.inexact() {
            results.push(b.full(capture.ty(), 0.0)?);
        }
        results.extend(captures.inline(&mut b, &bwd.function, &bwd.captures, &own, &captured)?);
        let backward = b.finish(results);
        interp.tracer.build(&captures.operands(leaves), |b, values| {
            b.custom_vjp(function, &Arc::new(forward), &Arc::new(backward), values)
        })
    }
}

/// The forward rule: the function's results, then the residuals; residuals that are no tensors stay apart.
fn forward(interp: &mut Interp, rule: &Value, site: &Site<'_>) -> Result<Staged> {
    let &Site { name, call, staged, .. } = site;
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
fn backward(interp: &mut Interp, rule: &Value, site: &Site<'_>, fwd: &Staged) -> Result<Staged> {
    let &Site { name, call, staged, .. } = site;
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
