//! Linear functions as values: what `jax.linearize`, `jax.vjp` and `jax.linear_transpose` return.

use std::rc::Rc;

use keramos_ir::{Function, transform};

use super::forward::{Differentiable, check_float0};
use super::selection::{Selected, float0};
use super::stage::{Aval, Staged};
use super::transformed::call_traced;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::tree::{ObjectNode, PathKey, TreeDef, difference};
use crate::value::{Object, Value};

/// A linear function, with what it needs from the point that it was made at. It is a node of a tree
/// whose leaves are those residuals, as in JAX.
#[derive(Clone, Debug)]
pub(crate) struct LinearMap {
    what: &'static str,
    side: Side,
    map: Rc<Map>,
    /// Tensors, or arrays after the point was computed.
    residuals: Vec<Value>,
}

/// The direction in which a linear function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// From tangents of the arguments to tangents of the results.
    Forward,
    /// From cotangents of the results to cotangents of the arguments.
    Backward,
}

#[derive(Debug)]
struct Map {
    /// Where the residuals stand among the parameters; the linear parameters are the others.
    known: Vec<bool>,
    /// From residuals and tangents of the arguments that have some, to tangents of the results that have some.
    linear: Function,
    /// The arguments.
    inputs: Vec<TreeDef>,
    input_avals: Vec<Aval>,
    input_names: Vec<String>,
    /// For each argument leaf, whether the linear function takes a tangent of it.
    active: Vec<bool>,
    /// The result.
    output: TreeDef,
    output_avals: Vec<Aval>,
}

impl LinearMap {
    /// Computes the point and linearises there: the result, auxiliary results, and the derivative.
    pub(super) fn of(
        interp: &mut Interp,
        what: &'static str,
        plan: &Differentiable,
    ) -> Result<(Value, Value, LinearMap)> {
        let wanted = plan.wanted();
        let parts = transform::linearize(&plan.staged.function, &plan.active, &wanted)
            .map_err(|error| interp.explained(error, &format!("jax.{what}")))?;
        let inputs = plan.selected.leaves.iter().chain(&plan.staged.captures);
        let mut results = interp.apply(&parts.primal, inputs)?;
        let (value, aux) = plan.outputs(interp, &mut results)?;
        let residuals: Vec<Value> = results.map(Value::Tensor).collect();
        let mut linear = parts.linear;
        // Auxiliary results may have tangents too, which nobody wants.
        let mut flags = parts.nonzero.iter().zip(&wanted).filter(|(nonzero, _)| **nonzero).map(|(_, wanted)| *wanted);
        linear.results.retain(|_| flags.next() == Some(true));
        let linear_params = linear.params.len() - residuals.len();
        let known = residuals.iter().map(|_| true).chain(std::iter::repeat_n(false, linear_params)).collect();
        let leaves = plan.selected.leaves.len();
        let map = Map {
            known,
            linear,
            inputs: plan.selected.defs.clone(),
            input_avals: plan.selected.avals(),
            input_names: plan.selected.names.clone(),
            active: plan.active.iter().take(leaves).copied().collect(),
            output: plan.out.clone(),
            output_avals: plan.staged.out.avals().into_iter().take(plan.num_outputs()).collect(),
        };
        let map = LinearMap { what, side: Side::Forward, map: Rc::new(map), residuals };
        Ok((value, aux, map))
    }

    /// A function that is linear as it stands.
    pub(super) fn structural(selected: &Selected, staged: Staged) -> LinearMap {
        let leaves = selected.leaves.len();
        let known = (0..staged.function.params.len()).map(|i| i >= leaves).collect();
        let output_avals = staged.out.avals();
        let map = Map {
            known,
            linear: staged.function,
            inputs: selected.defs.clone(),
            input_avals: selected.avals(),
            input_names: selected.names.clone(),
            active: vec![true; leaves],
            output: staged.out.def,
            output_avals,
        };
        let residuals = staged.captures.into_iter().map(Value::Tensor).collect();
        LinearMap { what: "linear_transpose", side: Side::Forward, map: Rc::new(map), residuals }
    }

    /// The same map called in the given direction.
    pub(super) fn side(self, side: Side) -> LinearMap {
        LinearMap { side, ..self }
    }

    /// Puts residuals and linear arguments in the order of the parameters.
    fn arguments(&self, interp: &mut Interp, linear: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let residuals: Vec<Tensor> = self.residuals.iter().map(|r| interp.to_tensor(r)).collect::<Result<_>>()?;
        let (mut residuals, mut linear) = (residuals.into_iter(), linear.into_iter());
        let next = |&known: &bool| if known { residuals.next() } else { linear.next() };
        Ok(self.map.known.iter().filter_map(next).collect())
    }

    fn forward(&self, interp: &mut Interp, args: Args) -> Result<Value> {
        let map = &self.map;
        let (leaves, def) = interp.flatten(&Value::tuple(args.positional))?;
        let wanted = TreeDef::tuple(map.inputs.clone());
        if let Some((path, found, expected)) = difference(&def, &wanted) {
            return Err(Error::ty("the linear function is called with a tree that differs from that of the arguments")
                .note(format!("`args{path}` is {found}, it must be {expected}")));
        }
        let mut tangents = Vec::new();
        for (((value, aval), name), active) in
            leaves.iter().zip(&map.input_avals).zip(&map.input_names).zip(&map.active)
        {
            let tangent = interp.leaf_tensor(value)?;
            if !active {
                check_float0(name, &aval.ty, &tangent)?;
                continue;
            }
            check_type(&format!("the tangent of `{name}`"), &tangent, aval)?;
            tangents.push(tangent);
        }
        let arguments = self.arguments(interp, tangents)?;
        let mut results = interp.apply(&map.linear, &arguments)?;
        let mut out = Vec::new();
        for aval in &map.output_avals {
            let tangent = match aval.ty.dtype.is_inexact() {
                true => results.next().ok_or_else(|| Error::internal("a tangent is missing"))?,
                false => float0(interp, &aval.ty.shape)?,
            };
            out.push(Value::Tensor(aval.mark(tangent)));
        }
        interp.unflatten(&map.output, out)
    }

    fn backward(&self, interp: &mut Interp, args: Args) -> Result<Value> {
        let map = &self.map;
        let Ok([cotangent]) = <[Value; 1]>::try_from(args.positional) else {
            return Err(Error::ty("the function returned by jax.vjp takes one argument, the cotangent of the result")
                .help("for a result that is a tuple, pass one tuple of cotangents"));
        };
        let (leaves, def) = interp.flatten(&cotangent)?;
        if let Some((path, found, expected)) = difference(&def, &map.output) {
            return Err(raise("ValueError", "the cotangent's tree differs from that of the function's result")
                .note(format!("`ct{path}` is {found}, the result there is {expected}")));
        }
        let mut cotangents = Vec::new();
        for ((value, aval), path) in leaves.iter().zip(&map.output_avals).zip(def.paths()) {
            if !aval.ty.dtype.is_inexact() {
                continue;
            }
            let cotangent = interp.leaf_tensor(value)?;
            let what = if path.0.is_empty() { "the cotangent".into() } else { format!("the cotangent at `{path}`") };
            check_type(&what, &cotangent, aval)?;
            cotangents.push(cotangent);
        }
        let flags: Vec<bool> = map.known.iter().map(|known| !known).collect();
        let transposed = transform::transpose(&map.linear, &flags)
            .map_err(|error| interp.explained(error, &format!("jax.{}", self.what)))?;
        let residuals: Vec<Tensor> = self.residuals.iter().map(|r| interp.to_tensor(r)).collect::<Result<_>>()?;
        let mut results = interp.apply(&transposed, residuals.iter().chain(&cotangents))?;
        let mut out = Vec::new();
        for (aval, active) in map.input_avals.iter().zip(&map.active) {
            let gradient = match active {
                true => results.next().ok_or_else(|| Error::internal("a cotangent is missing"))?,
                false => float0(interp, &aval.ty.shape)?,
            };
            out.push(Value::Tensor(aval.mark(gradient)));
        }
        interp.unflatten(&TreeDef::tuple(map.inputs.clone()), out)
    }
}

/// Refuses a tangent or cotangent of another type.
fn check_type(what: &str, found: &Tensor, wanted: &Aval) -> Result<()> {
    if *found.ty() == wanted.ty {
        return Ok(());
    }
    let code = if found.dtype() == wanted.ty.dtype { codes::SHAPE_MISMATCH } else { codes::DTYPE_MISMATCH };
    Err(Error::new(code, format!("{what} must be {}, found {}", wanted.ty, found.ty())))
}

impl Object for LinearMap {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        if !args.keywords.is_empty() {
            return Err(Error::new(
                codes::ARGUMENTS,
                format!("the function returned by jax.{} takes no arguments by name", self.what),
            ));
        }
        let this = self.clone();
        call_traced(interp, &Value::User(self), this.what, args, |interp, args| match this.side {
            Side::Forward => this.forward(interp, args),
            Side::Backward => this.backward(interp, args),
        })
    }

    fn node(self: Rc<Self>) -> Option<ObjectNode> {
        let this = self.clone();
        Some(ObjectNode {
            class: "function".into(),
            keys: (0..self.residuals.len()).map(PathKey::Flat).collect(),
            children: self.residuals.clone(),
            metadata: vec![Value::Int(Rc::as_ptr(&self.map) as usize as i64)],
            rebuild: Box::new(move |residuals| {
                let map = LinearMap { residuals, ..(*this).clone() };
                Value::User(Rc::new(map))
            }),
        })
    }

    fn repr(&self) -> String {
        format!("<function returned by jax.{}>", self.what)
    }
}
