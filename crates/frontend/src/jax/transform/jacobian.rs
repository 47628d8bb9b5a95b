//! `jax.jacfwd`, `jax.jacrev` and `jax.hessian`.

use keramos_ir::{Batch, transform};

use super::callee::name_of;
use super::demands::{Demands, Direction};
use super::forward::Differentiable;
use super::selection::{Argnums, float0};
use super::stage::Aval;
use super::transformed::{Transform, Transformed};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "jacfwd" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))]
        "The function that computes the Jacobian column by column in forward mode." => |_, args| jacobian(args, Direction::Forward);
    "jacrev" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))
        (allow_int = Default::Bool(false))]
        "The function that computes the Jacobian row by row in reverse mode." => |_, args| jacobian(args, Direction::Reverse);
    "jacobian" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))
        (allow_int = Default::Bool(false))]
        "The function that computes the Jacobian row by row in reverse mode." => |_, args| jacobian(args, Direction::Reverse);
    "hessian" [(fun) (argnums = Default::Int(0)) (has_aux = Default::Bool(false)) (holomorphic = Default::Bool(false))]
        "The function that computes second derivatives." => |_, args| {
            let first = jacobian(args, Direction::Reverse)?;
            let second = Jacobian::new(args, args.function(), Direction::Forward)?;
            Transformed::value(&first, second)
        };
};

#[derive(Clone, Debug)]
struct Jacobian {
    argnums: Argnums,
    has_aux: bool,
    demands: Demands,
}

fn jacobian(args: &mut Bound, direction: Direction) -> Result<Value> {
    let jacobian = Jacobian::new(args, args.function(), direction)?;
    Transformed::value(args.get("fun")?, jacobian)
}

impl Jacobian {
    fn new(args: &Bound, what: &'static str, direction: Direction) -> Result<Jacobian> {
        let allow_int = args.has("allow_int") && args.bool("allow_int")?;
        Ok(Jacobian {
            argnums: Argnums::new(args.get("argnums")?, what)?,
            has_aux: args.bool("has_aux")?,
            demands: Demands { what, direction, holomorphic: args.bool("holomorphic")?, allow_int },
        })
    }
}

/// The number of elements of all leaves together.
fn total(avals: &[Aval]) -> usize {
    avals.iter().map(|aval| aval.ty.size()).sum()
}

/// For each leaf, its part of the unit vectors of all leaves together: `[n, shape…]`.
fn basis(interp: &mut Interp, avals: &[Aval]) -> Result<Vec<Tensor>> {
    let n = total(avals);
    let (mut parts, mut start) = (Vec::with_capacity(avals.len()), 0);
    for aval in avals {
        let size = aval.ty.size();
        let t = &mut interp.tracer;
        let rows = t.iota(keramos_ir::DType::I32, &[n, size], 0)?;
        let columns = t.iota(keramos_ir::DType::I32, &[n, size], 1)?;
        let offset = t.scalar(keramos_ir::DType::I32, start as f64)?;
        let columns = t.add(&columns, &offset)?;
        let diagonal = t.eq(&rows, &columns)?;
        let ones = t.convert(&diagonal, aval.ty.dtype)?;
        let shape: Vec<usize> = std::iter::once(n).chain(aval.ty.shape.iter().copied()).collect();
        parts.push(t.reshape(&ones, &shape)?);
        start += size;
    }
    Ok(parts)
}

/// Cuts `[n, rest…]` into pieces along the first axis, one per leaf: `[shape…, rest…]`, or with `last` the
/// leaf's axes behind the others.
fn pieces(interp: &mut Interp, stacked: &Tensor, avals: &[Aval], last: bool) -> Result<Vec<Tensor>> {
    let (mut parts, mut start) = (Vec::with_capacity(avals.len()), 0);
    let rest: Vec<usize> = stacked.shape().iter().skip(1).copied().collect();
    for aval in avals {
        let size = aval.ty.size();
        let piece = interp.tracer.slice_axis(stacked, 0, start, start + size)?;
        let own = &aval.ty.shape;
        let piece = match last {
            true => {
                let behind = interp.tracer.move_axis(&piece, 0, rest.len())?;
                interp.tracer.reshape(&behind, &[&rest[..], own].concat())?
            }
            false => interp.tracer.reshape(&piece, &[own, &rest[..]].concat())?,
        };
        parts.push(aval.mark(piece));
        start += size;
    }
    Ok(parts)
}

impl Transform for Jacobian {
    fn name(&self) -> &'static str {
        self.demands.what
    }

    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value> {
        let what = self.demands.what;
        let positions = self.argnums.resolve(what, args.positional.len())?;
        let name = name_of(function);
        let plan = Differentiable::at(interp, what, function, args, positions, self.has_aux)?;
        let active = self.demands.inputs(&plan.selected.leaves, &plan.selected.names)?;
        let all = plan.selected.avals();
        let outputs: Vec<Aval> = plan.staged.out.avals().into_iter().take(plan.num_outputs()).collect();
        for aval in &outputs {
            self.demands.output(&format!("`{name}`"), &aval.ty)?;
        }
        let inputs: Vec<Aval> = all.iter().zip(&active).filter(|(_, on)| **on).map(|(aval, _)| aval.clone()).collect();
        let (aux, mut rows) = match self.demands.direction {
            Direction::Forward => self.forward(interp, &plan, &inputs, &outputs)?,
            Direction::Reverse => self.reverse(interp, &plan, &inputs, &outputs)?,
        };
        // The derivative with respect to integers: one zero for every element of result and argument.
        for (index, (aval, _)) in all.iter().zip(&active).enumerate().filter(|(_, (_, active))| !**active) {
            for (row, output) in rows.iter_mut().zip(&outputs) {
                row.insert(index, float0(interp, &[&output.ty.shape[..], &aval.ty.shape[..]].concat())?);
            }
        }
        // One tree of arguments for every leaf of the result.
        let mut leaves = Vec::with_capacity(rows.len());
        for row in rows {
            let trees = plan.selected.trees(interp, row.into_iter().map(Value::Tensor).collect())?;
            leaves.push(self.argnums.pack(trees));
        }
        let jacobian = interp.unflatten(&plan.out, leaves)?;
        Ok(if self.has_aux { Value::tuple(vec![jacobian, aux]) } else { jacobian })
    }
}

impl Jacobian {
    /// For every leaf of the result, a derivative with respect to every leaf of the arguments.
    fn forward(
        &self,
        interp: &mut Interp,
        plan: &Differentiable,
        inputs: &[Aval],
        outputs: &[Aval],
    ) -> Result<(Value, Vec<Vec<Tensor>>)> {
        let dual = transform::jvp(&plan.staged.function, &plan.active, &plan.wanted())
            .map_err(|error| interp.explained(error, &format!("jax.{}", self.demands.what)))?;
        let n = total(inputs);
        let primals = plan.staged.function.params.len();
        let flags: Vec<bool> = (0..dual.function.params.len()).map(|i| i >= primals).collect();
        let num_values = plan.staged.function.results.len();
        let instantiate: Vec<bool> = (0..dual.function.results.len()).map(|i| i >= num_values).collect();
        let batch = Batch { size: n, axis_name: None };
        let (batched, mapped) = transform::vmap(&dual.function, &flags, &batch, &instantiate)
            .map_err(|error| interp.explained(error, &format!("jax.{}", self.demands.what)))?;
        let directions = basis(interp, inputs)?;
        let args = plan.selected.leaves.iter().chain(&plan.staged.captures).chain(&directions);
        let mut results: Vec<Tensor> = interp.apply(&batched, args)?.collect();
        let tangents = results.split_off(num_values.min(results.len()));
        for (value, _) in results.iter_mut().zip(mapped).filter(|(_, mapped)| *mapped) {
            // A loop computes values and tangents together: any example has the values.
            let first = interp.tracer.slice_axis(value, 0, 0, 1)?;
            *value = interp.tracer.squeeze(&first, &[0])?;
        }
        let (_, aux) = plan.outputs(interp, &mut results.into_iter())?;
        let mut rows = Vec::with_capacity(outputs.len());
        for tangent in tangents.iter().take(outputs.len()) {
            rows.push(pieces(interp, tangent, inputs, true)?);
        }
        Ok((aux, rows))
    }

    fn reverse(
        &self,
        interp: &mut Interp,
        plan: &Differentiable,
        inputs: &[Aval],
        outputs: &[Aval],
    ) -> Result<(Value, Vec<Vec<Tensor>>)> {
        let explain = |interp: &Interp, error| interp.explained(error, &format!("jax.{}", self.demands.what));
        let wanted = plan.wanted();
        let parts = transform::linearize(&plan.staged.function, &plan.active, &wanted)
            .map_err(|error| explain(interp, error))?;
        let args = plan.selected.leaves.iter().chain(&plan.staged.captures);
        let mut results = interp.apply(&parts.primal, args)?;
        let (_, aux) = plan.outputs(interp, &mut results)?;
        let residuals: Vec<Tensor> = results.collect();
        let mut linear = parts.linear;
        linear.results.truncate(outputs.len());
        let flags: Vec<bool> = (0..linear.params.len()).map(|i| i >= residuals.len()).collect();
        let back = transform::transpose(&linear, &flags).map_err(|error| explain(interp, error))?;
        let flags: Vec<bool> = (0..back.params.len()).map(|i| i >= residuals.len()).collect();
        let batch = Batch { size: total(outputs), axis_name: None };
        let instantiate = vec![true; back.results.len()];
        let (batched, _) =
            transform::vmap(&back, &flags, &batch, &instantiate).map_err(|error| explain(interp, error))?;
        let cotangents = basis(interp, outputs)?;
        let gradients: Vec<Tensor> = interp.apply(&batched, residuals.iter().chain(&cotangents))?.collect();
        let mut rows: Vec<Vec<Tensor>> = vec![Vec::with_capacity(inputs.len()); outputs.len()];
        for (gradient, input) in gradients.iter().zip(inputs) {
            for (row, piece) in rows.iter_mut().zip(pieces(interp, gradient, outputs, false)?) {
                row.push(input.mark(piece));
            }
        }
        Ok((aux, rows))
    }
}
