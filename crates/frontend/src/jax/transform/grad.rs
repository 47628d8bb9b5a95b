//! `jax.grad` and `jax.value_and_grad`.

use keramos_ir::transform;

use super::callee::name_of;
use super::demands::{Demands, Direction};
use super::selection::{Argnums, Selected, float0};
use super::stage::{Others, Staging, article};
use super::transformed::{Transform, Transformed, transformed};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::Value;

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "grad" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))
        (allow_int = Default::Bool(false)) (reduce_axes = Default::Ints(&[]))]
        "The function that computes the gradient of a function with a scalar result." => |_, args| gradient(args, false);
    "value_and_grad" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))
        (allow_int = Default::Bool(false)) (reduce_axes = Default::Ints(&[]))]
        "The function that computes a scalar and its gradient." => |_, args| gradient(args, true);
};

fn gradient(args: &mut Bound, value: bool) -> Result<Value> {
    let gradient = Gradient {
        argnums: Argnums::new(args.get("argnums")?, args.function())?,
        has_aux: args.bool("has_aux")?,
        holomorphic: args.bool("holomorphic")?,
        allow_int: args.bool("allow_int")?,
        value,
    };
    Transformed::value(args.get("fun")?, gradient)
}

#[derive(Debug)]
struct Gradient {
    argnums: Argnums,
    has_aux: bool,
    holomorphic: bool,
    allow_int: bool,
    /// Whether the value is wanted too.
    value: bool,
}

impl Transform for Gradient {
    fn name(&self) -> &'static str {
        if self.value { "value_and_grad" } else { "grad" }
    }

    fn called(&self, interp: &mut Interp, callee: &Value, args: &Args) -> Option<Value> {
        interp.note_gradient(callee, args)
    }

    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value> {
        let what = self.name();
        let positions = self.argnums.resolve(what, args.positional.len())?;
        let selected = Selected::new(interp, what, function, args, positions)?;
        let active = self.active(&selected)?;
        let name = name_of(function);
        let staging = Staging {
            what: &format!("jax.{what}"),
            name: &name,
            differentiated: true,
            others: Others::Keep,
            point: Some(&selected.leaves),
        };
        let staged = interp.stage(staging, &selected.avals(), |interp, leaves| {
            let result = selected.call(interp, function, leaves)?;
            let (value, aux) = match self.has_aux {
                true => split_aux(what, &name, &result)?,
                false => (result, Value::None),
            };
            let value = self.scalar(interp, &name, &value)?;
            Ok(Value::tuple(vec![value, aux]))
        })?;
        let wrt: Vec<usize> = (0..active.len()).filter(|&i| active[i]).collect();
        let both = transform::value_and_grad(&staged.function, &wrt, staged.function.results.len() - 1)
            .map_err(|error| interp.explained(error, &format!("jax.{what} of `{name}`")))?;
        let mut results = interp.apply(&both, selected.leaves.iter().chain(&staged.captures))?;
        let pair = staged.out.tree(interp, &mut results)?;
        staged.assign(interp, &mut results);
        let mut gradients = Vec::with_capacity(active.len());
        for (leaf, active) in selected.leaves.iter().zip(active) {
            let gradient = match active {
                true => results.next().ok_or_else(|| Error::internal("a gradient is missing"))?,
                false => float0(interp, leaf.shape())?,
            };
            gradients.push(Value::Tensor(if leaf.is_weak() { gradient.into_weak() } else { gradient }));
        }
        let trees = selected.trees(interp, gradients)?;
        let gradient = self.argnums.pack(trees);
        let pair = pair.elements().unwrap_or_default();
        Ok(match (pair.as_slice(), self.value, self.has_aux) {
            ([value, aux], true, true) => Value::tuple(vec![Value::tuple(vec![value.clone(), aux.clone()]), gradient]),
            ([value, _], true, false) => Value::tuple(vec![value.clone(), gradient]),
            ([_, aux], false, true) => Value::tuple(vec![gradient, aux.clone()]),
            _ => gradient,
        })
    }
}

/// Whether a function gives gradients because it is under `grad` or `value_and_grad`.
pub(crate) fn gives_gradient(function: &Value) -> bool {
    transformed::<Gradient>(function).is_some()
}

impl Gradient {
    /// For each leaf, whether it is differentiated.
    fn active(&self, selected: &Selected) -> Result<Vec<bool>> {
        self.demands().inputs(&selected.leaves, &selected.names)
    }

    fn demands(&self) -> Demands {
        Demands {
            what: self.name(),
            direction: Direction::Reverse,
            holomorphic: self.holomorphic,
            allow_int: self.allow_int,
        }
    }

    /// The value to differentiate.
    fn scalar(&self, interp: &mut Interp, name: &str, value: &Value) -> Result<Value> {
        let what = self.name();
        let scalar_only = |found: String| {
            Err(raise(
                "TypeError",
                format!("jax.{what} needs a function with a scalar result, `{name}` returns {found}"),
            ))
        };
        let tensor = match value {
            Value::Tensor(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Array(_) => {
                interp.leaf_tensor(value)?
            }
            other => {
                let found = format!("{} {}", article(&other.type_name()), other.type_name());
                let help = match self.has_aux {
                    false => "return one number, or (value, other results) with has_aux=True",
                    true => "with has_aux=True, return (value, other results) where the value is one number",
                };
                return scalar_only(found).map_err(|e: Error| e.help(help));
            }
        };
        if tensor.rank() != 0 {
            return scalar_only(tensor.ty().to_string()).map_err(|e: Error| {
                e.help("sum or average the result; for all derivatives use jax.jacrev or jax.jacfwd, per example jax.vmap(jax.grad(f))")
            });
        }
        self.demands().output(&format!("`{name}`"), tensor.ty())?;
        Ok(Value::Tensor(tensor))
    }
}

/// The two parts of what a function with auxiliary results returns.
pub(crate) fn split_aux(what: &str, name: &str, result: &Value) -> Result<(Value, Value)> {
    match result {
        Value::Tuple(parts) if parts.len() == 2 => Ok((parts[0].clone(), parts[1].clone())),
        other => {
            let found = match other {
                Value::Tuple(parts) => format!("a tuple of {}", parts.len()),
                other => format!("{} {}", article(&other.type_name()), other.type_name()),
            };
            Err(Error::ty(format!(
                "with has_aux=True, jax.{what} needs a pair (value, other results); `{name}` returns {found}"
            )))
        }
    }
}
