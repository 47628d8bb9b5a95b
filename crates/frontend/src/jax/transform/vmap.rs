//! `jax.vmap`.

use std::sync::Arc;

use keramos_ir::{Batch, transform};

use super::callee::{argument_name, name_of};
use super::selection::leaf;
use super::stage::{Aval, Others, Staging, article};
use super::transformed::{Transform, Transformed};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::library::{Args, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::{Names, TreeDef};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "vmap" [(fun) (in_axes = Default::Int(0)) (out_axes = Default::Int(0)) (axis_name = Default::None)
        (axis_size = Default::None) (spmd_axis_name = Default::None) (sum_match = Default::Bool(false))]
        "The function that applies another one to every example along an axis of its arguments." => |_, args| {
            let axis_size = match args.some("axis_size")? {
                Some(_) => Some(args.usize("axis_size")?),
                None => None,
            };
            let axis_name = match args.some("axis_name")? {
                Some(_) => Some(args.str("axis_name")?),
                None => None,
            };
            let in_axes = match args.get("in_axes")? {
                // As in JAX, a list says the same as a tuple.
                Value::List(axes) => Value::tuple(axes.borrow().clone()),
                other => other.clone(),
            };
            let vmap = Vmap { in_axes, out_axes: args.get("out_axes")?.clone(), axis_name, axis_size };
            Transformed::value(args.get("fun")?, vmap)
        };
};

/// `jax.vmap(…)`.
#[derive(Debug)]
struct Vmap {
    in_axes: Value,
    out_axes: Value,
    axis_name: Option<std::rc::Rc<str>>,
    axis_size: Option<usize>,
}

/// `jax.vmap(function)`.
///
/// # Errors
/// The value is not callable.
pub(crate) fn vmap_over_first(function: &Value) -> Result<Value> {
    let vmap = Vmap { in_axes: Value::Int(0), out_axes: Value::Int(0), axis_name: None, axis_size: None };
    Transformed::value(function, vmap)
}

/// A leaf of an argument.
struct Argument {
    value: Value,
    /// The tensor and the axis of the examples, if it is mapped.
    mapped: Option<(Tensor, usize)>,
    name: String,
}

impl Vmap {
    /// The leaves of the arguments, and their trees: positional ones by `in_axes`, named ones along axis 0.
    fn arguments(&self, interp: &mut Interp, function: &Value, args: &Args) -> Result<(Vec<Argument>, Vec<TreeDef>)> {
        let count = args.positional.len();
        let axes = match &self.in_axes {
            Value::Tuple(axes) if axes.len() == count => axes.to_vec(),
            Value::Tuple(axes) => {
                let message = format!(
                    "`in_axes` of jax.vmap has {} entries, the call has {count} positional arguments",
                    axes.len()
                );
                return Err(raise("ValueError", message)
                    .help("give one entry per positional argument, or one integer for all; arguments by name are mapped along axis 0"));
            }
            one if one.is_none() || number::index(one).is_some() => vec![one.clone(); count],
            other => {
                let message = format!(
                    "`in_axes` of jax.vmap must be an integer, None or a tuple with one entry per argument, found {}",
                    other.type_name()
                );
                return Err(Error::ty(message));
            }
        };
        let (mut leaves, mut defs) = (Vec::new(), Vec::new());
        let positional = args.positional.iter().enumerate().map(|(i, v)| (argument_name(function, i), Some(i), v));
        let named = args.keywords.iter().map(|(name, v)| (name.to_string(), None, v));
        for (name, index, value) in positional.chain(named) {
            let (values, def) = interp.flatten(value)?;
            let prefix = index.and_then(|i| axes.get(i)).cloned().unwrap_or(Value::Int(0));
            let given = index.map_or_else(|| "`in_axes`".to_owned(), |i| format!("`in_axes[{i}]`"));
            let wanted = format!("the argument `{name}`");
            let axes = interp.broadcast_prefix(&prefix, &def, Names { given: &given, wanted: &wanted })?;
            for ((value, axis), path) in values.into_iter().zip(axes).zip(def.paths()) {
                let shown = format!("{name}{path}");
                let mapped = match &axis {
                    Value::None => None,
                    axis => Some(mapped_leaf(interp, &name, &path, &value, axis)?),
                };
                leaves.push(Argument { value, mapped, name: shown });
            }
            defs.push(def);
        }
        Ok((leaves, defs))
    }

    fn size(&self, leaves: &[Argument]) -> Result<usize> {
        let sizes: Vec<(usize, usize, &Argument)> = leaves
            .iter()
            .filter_map(|leaf| leaf.mapped.as_ref().map(|(tensor, axis)| (tensor.shape()[*axis], *axis, leaf)))
            .collect();
        let Some(size) = self.axis_size.or_else(|| sizes.first().map(|(size, ..)| *size)) else {
            return Err(raise(
                "ValueError",
                "jax.vmap needs at least one argument that is mapped; `in_axes` is None for all",
            )
            .help("map an argument, or say how many examples there are with axis_size="));
        };
        if sizes.iter().all(|(n, ..)| *n == size) {
            return Ok(size);
        }
        let message = match self.axis_size {
            Some(size) => format!("jax.vmap with axis_size={size} maps an axis of another size"),
            None => "jax.vmap maps axes of different sizes".to_owned(),
        };
        let mut error = Error::shape(message);
        for (n, axis, leaf) in &sizes {
            if let Some((tensor, _)) = &leaf.mapped {
                error = error.note(format!("axis {axis} of `{}` ({}) has size {n}", leaf.name, tensor.ty()));
            }
        }
        Err(error.help("in_axes=None passes an argument whole to every example"))
    }
}

fn mapped_leaf(
    interp: &mut Interp,
    name: &str,
    path: &crate::value::tree::Path,
    value: &Value,
    axis: &Value,
) -> Result<(Tensor, usize)> {
    let Some(axis) = number::index(axis) else {
        let kind = axis.type_name();
        return Err(Error::ty(format!(
            "`in_axes` of jax.vmap has {} {kind} for `{name}{path}`; axes are integers or None",
            article(&kind)
        )));
    };
    let tensor = leaf(interp, "vmap", name, path, value)?;
    match transform::resolve_axis(axis, tensor.rank()) {
        Ok(dim) => Ok((tensor, dim)),
        Err(_) => {
            let needed = if axis < 0 { axis.unsigned_abs() } else { axis.unsigned_abs() + 1 };
            let plural = if needed == 1 { "" } else { "s" };
            let message = format!(
                "jax.vmap is to map `{name}{path}` along axis {axis}, which needs at least {needed} dimension{plural}; it is {}",
                tensor.ty()
            );
            Err(Error::shape(message).help("in_axes=None passes an argument whole to every example"))
        }
    }
}

impl Transform for Vmap {
    fn name(&self) -> &'static str {
        "vmap"
    }

    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value> {
        let (leaves, defs) = self.arguments(interp, function, &args)?;
        let size = self.size(&leaves)?;
        let mapped: Vec<&(Tensor, usize)> = leaves.iter().filter_map(|leaf| leaf.mapped.as_ref()).collect();
        let avals: Vec<Aval> = mapped
            .iter()
            .map(|(tensor, axis)| {
                let mut aval = Aval::of(tensor);
                aval.ty.shape.remove(*axis);
                aval
            })
            .collect();
        let name = name_of(function);
        let staging =
            Staging { what: "jax.vmap", name: &name, differentiated: false, others: Others::Convert, point: Some(&[]) };
        if let Some(axis) = &self.axis_name {
            interp.axes.push((axis.clone(), size));
        }
        let staged = interp.stage(staging, &avals, |interp, params| {
            let mut params = params.into_iter();
            let values: Vec<Value> = leaves
                .iter()
                .map(|leaf| match &leaf.mapped {
                    Some(_) => params.next().map_or(Value::None, Value::Tensor),
                    None => leaf.value.clone(),
                })
                .collect();
            let mut values = values.into_iter();
            let mut call = args.clone();
            let slots = call.positional.iter_mut().chain(call.keywords.iter_mut().map(|(_, value)| value));
            for (slot, def) in slots.zip(&defs) {
                *slot = interp.unflatten(def, values.by_ref().take(def.num_leaves()).collect::<Vec<_>>())?;
            }
            interp.call(function, call)
        });
        if self.axis_name.is_some() {
            interp.axes.pop();
        }
        let staged = staged.map_err(|error| told_of_examples(error, &leaves))?;
        let names = Names { given: "`out_axes`", wanted: &format!("the result of `{name}`") };
        let out_axes = interp.broadcast_prefix(&self.out_axes, &staged.out.def, names)?;
        let batch = Batch { size, axis_name: self.axis_name.as_deref().map(Arc::from) };
        let flags: Vec<bool> = mapped.iter().map(|_| true).chain(staged.captures.iter().map(|_| false)).collect();
        let instantiate: Vec<bool> = out_axes.iter().map(|axis| !axis.is_none()).collect();
        let (batched, is_mapped) = transform::vmap(&staged.function, &flags, &batch, &instantiate)
            .map_err(|error| interp.explained(error, "jax.vmap"))?;
        let mut inputs = Vec::with_capacity(flags.len());
        for (tensor, axis) in &mapped {
            inputs.push(interp.tracer.move_axis(tensor, *axis, 0)?);
        }
        let mut results: Vec<Tensor> = interp.apply(&batched, inputs.iter().chain(&staged.captures))?.collect();
        let assigned = results.split_off(staged.out.leaves.len().min(results.len()));
        for ((id, value), mapped) in staged.assigned.iter().zip(assigned).zip(is_mapped.iter().skip(results.len())) {
            if *mapped {
                let path = interp.variables.get(*id).path.clone();
                return Err(Error::ty(format!(
                    "`{name}` under jax.vmap gives the variable `{path}` a different value for every example"
                ))
                .help("a variable has one value; return the new value and combine the examples outside"));
            }
            interp.state.assign(*id, value);
        }
        let paths = staged.out.def.paths();
        let mut out = Vec::with_capacity(results.len());
        for (((tensor, axis), is_mapped), path) in results.into_iter().zip(&out_axes).zip(is_mapped).zip(&paths) {
            out.push(place(interp, &name, path, tensor, axis, is_mapped)?);
        }
        let mut out = out.into_iter();
        staged.out.tree(interp, &mut out)
    }
}

/// An error about shapes, with those of one example: the axis that is mapped is not there.
fn told_of_examples(error: Error, leaves: &[Argument]) -> Error {
    if error.diagnostic().code != codes::SHAPE_MISMATCH {
        return error;
    }
    let example = |leaf: &Argument| {
        let (tensor, axis) = leaf.mapped.as_ref()?;
        let mut ty = tensor.ty().clone();
        ty.shape.remove(*axis);
        Some(format!("`{}` is {ty}", leaf.name))
    };
    let examples: Vec<String> = leaves.iter().filter_map(example).take(3).collect();
    error.note(format!("under this jax.vmap the function sees one example: {}", examples.join(", ")))
}

/// A result with its examples along the axis asked for.
fn place(
    interp: &mut Interp,
    name: &str,
    path: &crate::value::tree::Path,
    tensor: Tensor,
    axis: &Value,
    is_mapped: bool,
) -> Result<Tensor> {
    let which = if path.0.is_empty() { String::new() } else { format!(" at `{path}`") };
    if axis.is_none() {
        if !is_mapped {
            return Ok(tensor);
        }
        let message =
            format!("`out_axes` of jax.vmap is None for the result of `{name}`{which}, which differs between examples");
        return Err(raise("ValueError", message)
            .help("give the axis for the examples, or reduce over them by name: jax.lax.psum(x, axis_name)"));
    }
    let Some(axis) = number::index(axis) else {
        let kind = axis.type_name();
        return Err(Error::ty(format!(
            "`out_axes` of jax.vmap has {} {kind}; axes are integers or None",
            article(&kind)
        )));
    };
    match transform::resolve_axis(axis, tensor.rank()) {
        Ok(dim) => interp.tracer.move_axis(&tensor, 0, dim),
        Err(message) => {
            let message = format!("`out_axes` of jax.vmap for the result of `{name}`{which}: {message}");
            Err(Error::shape(message))
        }
    }
}
