//! Collectives over a named axis of `jax.vmap`: `jax.lax.psum` and its relatives.

use std::sync::Arc;

use keramos_ir::ops::{CollectiveKind, Extremum};

use super::body;
use crate::diagnostics::{codes, suggest};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "psum" [(x) (axis_name) (axis_index_groups = Default::None)] "The sum over a named axis." => |i, args| reduce(i, args, Reduction::Sum);
    "pmean" [(x) (axis_name) (axis_index_groups = Default::None)] "The mean over a named axis." => |i, args| reduce(i, args, Reduction::Mean);
    "pmax" [(x) (axis_name) (axis_index_groups = Default::None)] "The maximum over a named axis." => |i, args| reduce(i, args, Reduction::Max);
    "pmin" [(x) (axis_name) (axis_index_groups = Default::None)] "The minimum over a named axis." => |i, args| reduce(i, args, Reduction::Min);
    "axis_index" [(axis_name)] "The number of the example along a named axis." => |interp, args| {
        let (name, size) = only(interp, args)?;
        interp.tracer.build1(&[], |b, _| b.axis_index(&name, size)).map(Value::Tensor)
    };
    "axis_size" [(axis_name)] "The size of a named axis." => |interp, args| {
        Ok(Value::Int(axes(interp, args)?.into_iter().fold(1, |n: i64, (_, size)| n.saturating_mul(size as i64))))
    };
    "all_gather" [(x) (axis_name) (axis_index_groups = Default::None) (axis = Default::Int(0)) (tiled = Default::Bool(false))]
        "The values of all examples along a named axis." => |interp, args| {
            let (tiled, axis) = (args.bool("tiled")?, args.i64("axis")?);
            each(interp, args, |x| {
                let dim = crate::ops::axis_index(axis, x.rank() + usize::from(!tiled))?;
                Ok(CollectiveKind::Gather { dim, tiled })
            })
        };
    "ppermute" [(x) (axis_name) (perm)] "Values sent from example to example; examples that get none have zeros." => |interp, args| {
        let pair = |value: &Value| {
            let pair = value.elements()?;
            let index = |value: &Value| usize::try_from(number::index(value)?).ok();
            Some((index(pair.first()?)?, index(pair.get(1)?)?))
        };
        let pairs = args.get("perm")?.elements().and_then(|v| v.iter().map(pair).collect::<Option<Vec<_>>>());
        let pairs = pairs.ok_or_else(|| args.invalid("perm", "a list of pairs (from, to)"))?;
        each(interp, args, |_| Ok(CollectiveKind::Permute { pairs: pairs.clone() }))
    };
    "pshuffle" [(x) (axis_name) (perm)] "Values permuted among the examples." => |interp, args| {
        let index = |value: &Value| usize::try_from(number::index(value)?).ok();
        let from = args.get("perm")?.elements().and_then(|v| v.iter().map(index).collect::<Option<Vec<_>>>());
        let from = from.ok_or_else(|| args.invalid("perm", "a list of integers"))?;
        each(interp, args, |_| Ok(CollectiveKind::Permute { pairs: from.iter().copied().zip(0..).collect() }))
    };
    "all_to_all" [(x) (axis_name) (split_axis) (concat_axis) (axis_index_groups = Default::None) (tiled = Default::Bool(false))]
        "Pieces of every example's value exchanged among the examples." => |interp, args| {
            let (split, concat, tiled) = (args.i64("split_axis")?, args.i64("concat_axis")?, args.bool("tiled")?);
            each(interp, args, |x| {
                let (split, concat) = (crate::ops::axis_index(split, x.rank())?, crate::ops::axis_index(concat, x.rank())?);
                Ok(CollectiveKind::Exchange { split, concat, tiled })
            })
        };
    "pswapaxes" [(x) (axis_name) (axis) (axis_index_groups = Default::None)] "A dimension exchanged with the named axis." => |interp, args| {
        let axis = args.i64("axis")?;
        each(interp, args, |x| {
            let axis = crate::ops::axis_index(axis, x.rank())?;
            Ok(CollectiveKind::Exchange { split: axis, concat: axis, tiled: false })
        })
    };
    "psum_scatter" [(x) (axis_name) (scatter_dimension = Default::Int(0)) (axis_index_groups = Default::None) (tiled = Default::Bool(false))]
        "Every example's piece of the sum over a named axis." => |interp, args| {
            let (dim, tiled) = (args.i64("scatter_dimension")?, args.bool("tiled")?);
            each(interp, args, |x| Ok(CollectiveKind::SumScatter { dim: crate::ops::axis_index(dim, x.rank())?, tiled }))
        };
};

#[derive(Clone, Copy)]
enum Reduction {
    Sum,
    Mean,
    Max,
    Min,
}

/// The axes that argument `axis_name` names, with their sizes.
fn axes(interp: &Interp, args: &Bound) -> Result<Vec<(Arc<str>, usize)>> {
    if args.is_given("axis_index_groups") && !args.get("axis_index_groups")?.is_none() {
        let message = format!("axis_index_groups of jax.lax.{}", args.function());
        return Err(Error::unsupported(message)
            .note("JAX does not support groups under vmap either")
            .help("split the axis in two with nested vmaps, and name the inner one"));
    }
    let names = match args.get("axis_name")? {
        Value::Str(name) => vec![name.clone()],
        other => {
            let text = |value: &Value| match value {
                Value::Str(name) => Some(name.clone()),
                _ => None,
            };
            let names = other.elements().and_then(|v| v.iter().map(text).collect::<Option<Vec<_>>>());
            names.ok_or_else(|| args.invalid("axis_name", "a string or a tuple of strings"))?
        }
    };
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let known = interp.axes.iter().rev().find(|(axis, _)| *axis == name);
        let Some((_, size)) = known else {
            let error = raise("NameError", format!("jax.lax.{} knows no axis `{name}` here", args.function()));
            let near = suggest::did_you_mean(&name, interp.axes.iter().map(|(axis, _)| &**axis));
            return Err(error.coded(codes::UNBOUND_AXIS).help(
                near.unwrap_or_else(|| format!("name the axis where it is mapped: jax.vmap(f, axis_name=\"{name}\")")),
            ));
        };
        found.push((Arc::from(&*name), *size));
    }
    Ok(found)
}

fn only(interp: &Interp, args: &Bound) -> Result<(Arc<str>, usize)> {
    match <[(Arc<str>, usize); 1]>::try_from(axes(interp, args)?) {
        Ok([axis]) => Ok(axis),
        Err(_) => Err(Error::unsupported(format!("jax.lax.{} over several axes at once", args.function()))
            .help("apply it to one axis after the other")),
    }
}

/// Applies a collective to every leaf of argument `x`.
fn each(interp: &mut Interp, args: &Bound, kind: impl Fn(&Tensor) -> Result<CollectiveKind>) -> Result<Value> {
    let (name, size) = only(interp, args)?;
    let (leaves, def) = body::tensors(interp, &format!("jax.lax.{}", args.function()), "x", &args.get("x")?.clone())?;
    let mut results = Vec::with_capacity(leaves.len());
    for leaf in &leaves {
        let kind = kind(leaf)?;
        let result = interp.tracer.build1(&[leaf], |b, v| b.collective(kind, &name, size, v.first().copied()))?;
        results.push(Value::Tensor(result));
    }
    interp.unflatten(&def, results)
}

fn reduce(interp: &mut Interp, args: &mut Bound, reduction: Reduction) -> Result<Value> {
    let axes = axes(interp, args)?;
    let x = args.get("x")?.clone();
    let (leaves, def) = body::tensors(interp, &format!("jax.lax.{}", args.function()), "x", &x)?;
    let kind = match reduction {
        Reduction::Sum | Reduction::Mean => CollectiveKind::Sum,
        Reduction::Max => CollectiveKind::Extremum(Extremum::Max),
        Reduction::Min => CollectiveKind::Extremum(Extremum::Min),
    };
    // The sum of a number that is known is known: the size of the axis, usually.
    let total = axes.iter().fold(1, |n: usize, (_, size)| n.saturating_mul(*size));
    if let (Reduction::Sum, Value::Int(n)) = (reduction, &x) {
        return Ok(Value::Int(n.saturating_mul(total as i64)));
    }
    let mut results = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let mut y = match (reduction, leaf.dtype().is_float()) {
            (Reduction::Mean, false) => interp.tracer.to_float(&leaf)?,
            _ => leaf,
        };
        for (name, size) in &axes {
            y = interp.tracer.build1(&[&y], |b, v| b.collective(kind.clone(), name, *size, v.first().copied()))?;
        }
        if let Reduction::Mean = reduction {
            y = interp.tracer.div_scalar(&y, total as f64)?;
        }
        results.push(Value::Tensor(y));
    }
    interp.unflatten(&def, results)
}
