//! `jax.lax.associative_scan`.

use super::body;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::{TreeDef, difference};

const WHAT: &str = "jax.lax.associative_scan";

pub(super) fn associative_scan(interp: &mut Interp, args: &mut Bound, function: &str) -> Result<Value> {
    let function = args.get(function)?.clone();
    let elems = args.get("elems")?.clone();
    let (reverse, axis) = (args.bool("reverse")?, args.i64("axis")?);
    let (leaves, def) = body::tensors(interp, WHAT, "elems", &elems)?;
    let mut axes = Vec::with_capacity(leaves.len());
    let mut length = None;
    for (leaf, path) in leaves.iter().zip(def.paths()) {
        let axis = crate::ops::axis_index(axis, leaf.rank())?;
        let n = leaf.shape()[axis];
        if length.is_some_and(|known| known != n) {
            let message = format!("{WHAT} needs one size along axis {axis} for all arrays");
            return Err(raise("ValueError", message).note(format!("`elems{path}` is {}", leaf.ty())));
        }
        length = Some(n);
        axes.push(axis);
    }
    let combine = |interp: &mut Interp, a: &[Tensor], b: &[Tensor]| call(interp, &function, &def, a, b);
    let scanned = prefixes(interp, leaves, axes, reverse, &combine)?;
    interp.unflatten(&def, scanned.into_iter().map(Value::Tensor).collect::<Vec<_>>())
}

/// Combines two elements, of which each is a list of arrays.
type Combine<'a> = dyn Fn(&mut Interp, &[Tensor], &[Tensor]) -> Result<Vec<Tensor>> + 'a;

/// All prefixes of the elements along `axes` (one per array), combined by a balanced tree; all suffixes if `reverse`.
///
/// # Errors
/// Those of `combine`.
pub(crate) fn prefixes(
    interp: &mut Interp,
    mut leaves: Vec<Tensor>,
    axes: Vec<usize>,
    reverse: bool,
    combine: &Combine<'_>,
) -> Result<Vec<Tensor>> {
    let plan = Plan { combine, axes };
    if reverse {
        leaves = plan.reversed(interp, &leaves)?;
    }
    let scanned = plan.scan(interp, &leaves)?;
    if reverse { plan.reversed(interp, &scanned) } else { Ok(scanned) }
}

/// Calls the user's function of two trees.
fn call(interp: &mut Interp, function: &Value, def: &TreeDef, a: &[Tensor], b: &[Tensor]) -> Result<Vec<Tensor>> {
    let mut trees = Vec::with_capacity(2);
    for leaves in [a, b] {
        trees.push(interp.unflatten(def, leaves.iter().cloned().map(Value::Tensor).collect::<Vec<_>>())?);
    }
    let result = interp.call(function, Args::positional(trees))?;
    let (leaves, found) = body::tensors(interp, WHAT, "the result", &result)?;
    if let Some((path, found, wanted)) = difference(&found, def) {
        return Err(Error::ty(format!("the function of {WHAT} must return the tree that it gets"))
            .note(format!("it gets {wanted} and returns {found} at `{path}`")));
    }
    for (leaf, (before, path)) in leaves.iter().zip(a.iter().zip(found.paths())) {
        if leaf.ty() != before.ty() {
            return Err(Error::ty(format!("the function of {WHAT} must return arrays of the types that it gets"))
                .note(format!("`elems{path}` goes in as {} and comes out as {}", before.ty(), leaf.ty())));
        }
    }
    Ok(leaves)
}

struct Plan<'a> {
    combine: &'a Combine<'a>,
    /// The axis of each leaf.
    axes: Vec<usize>,
}

impl Plan<'_> {
    fn each(
        &self,
        interp: &mut Interp,
        leaves: &[Tensor],
        code: impl Fn(&mut Interp, &Tensor, usize) -> Result<Tensor>,
    ) -> Result<Vec<Tensor>> {
        leaves.iter().zip(&self.axes).map(|(leaf, &axis)| code(interp, leaf, axis)).collect()
    }

    fn reversed(&self, interp: &mut Interp, leaves: &[Tensor]) -> Result<Vec<Tensor>> {
        self.each(interp, leaves, |interp, leaf, axis| interp.tracer.reverse(leaf, &[axis]))
    }

    /// Elements `start`, `start + 2`, … below `limit`.
    fn every_second(&self, interp: &mut Interp, leaves: &[Tensor], start: usize, limit: usize) -> Result<Vec<Tensor>> {
        self.each(interp, leaves, |interp, leaf, axis| {
            let mut starts = vec![0; leaf.rank()];
            let mut limits = leaf.shape().to_vec();
            let mut strides = vec![1; leaf.rank()];
            (starts[axis], limits[axis], strides[axis]) = (start.min(limit), limit, 2);
            interp.tracer.build1(&[leaf], |b, v| b.slice(v[0], &starts, &limits, &strides))
        })
    }

    fn part(&self, interp: &mut Interp, leaves: &[Tensor], start: usize, limit: usize) -> Result<Vec<Tensor>> {
        self.each(interp, leaves, |interp, leaf, axis| interp.tracer.slice_axis(leaf, axis, start, limit))
    }

    /// Odd elements first, from pairs; even ones from those.
    fn scan(&self, interp: &mut Interp, leaves: &[Tensor]) -> Result<Vec<Tensor>> {
        let n = match (leaves.first(), self.axes.first()) {
            (Some(leaf), Some(&axis)) => leaf.shape()[axis],
            _ => 0,
        };
        if n < 2 {
            return Ok(leaves.to_vec());
        }
        let (firsts, seconds) =
            (self.every_second(interp, leaves, 0, n - 1)?, self.every_second(interp, leaves, 1, n)?);
        let pairs = (self.combine)(interp, &firsts, &seconds)?;
        let odd = self.scan(interp, &pairs)?;
        let first = self.part(interp, leaves, 0, 1)?;
        let even = match n {
            2 => first,
            _ => {
                let later = self.every_second(interp, leaves, 2, n)?;
                let before = if n % 2 == 0 { self.part(interp, &odd, 0, n / 2 - 1)? } else { odd.clone() };
                let later = (self.combine)(interp, &before, &later)?;
                self.join(interp, &first, &later)?
            }
        };
        self.interleave(interp, &even, &odd, n)
    }

    fn join(&self, interp: &mut Interp, a: &[Tensor], b: &[Tensor]) -> Result<Vec<Tensor>> {
        let triples = a.iter().zip(b).zip(&self.axes);
        triples.map(|((a, b), &axis)| interp.tracer.concatenate(&[a.clone(), b.clone()], axis)).collect()
    }

    fn interleave(&self, interp: &mut Interp, even: &[Tensor], odd: &[Tensor], n: usize) -> Result<Vec<Tensor>> {
        let whole = n / 2;
        let mut woven = Vec::with_capacity(even.len());
        for ((a, b), &axis) in even.iter().zip(odd).zip(&self.axes) {
            let t = &mut interp.tracer;
            let head = t.slice_axis(a, axis, 0, whole)?;
            let (x, y) = (t.expand_dims(&head, &[axis + 1])?, t.expand_dims(b, &[axis + 1])?);
            let stacked = t.concatenate(&[x, y], axis + 1)?;
            let mut shape = a.shape().to_vec();
            shape[axis] = 2 * whole;
            let mut all = t.reshape(&stacked, &shape)?;
            if n % 2 == 1 {
                let last = t.slice_axis(a, axis, whole, whole + 1)?;
                all = t.concatenate(&[all, last], axis)?;
            }
            woven.push(all);
        }
        Ok(woven)
    }
}
