//! Functions that keep values, and those that take functions.

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// Applies a function to every tensor in a tree; numbers stay as they are.
fn each(
    interp: &mut Interp,
    tree: &Value,
    code: &mut dyn FnMut(&mut Interp, &Tensor) -> Result<Tensor>,
) -> Result<Value> {
    tree.map_leaves(&mut |leaf| match leaf {
        Value::Tensor(_) | Value::Array(_) => {
            let x = interp.to_tensor(leaf)?;
            code(interp, &x).map(Value::Tensor)
        }
        other => Ok(other.clone()),
    })
}

fn optimization_barrier(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let tree = args.get("operand")?.clone();
    let mut tensors = Vec::new();
    each(interp, &tree, &mut |_, x| {
        tensors.push(x.clone());
        Ok(x.clone())
    })?;
    let operands: Vec<&Tensor> = tensors.iter().collect();
    let mut kept = interp.tracer.build(&operands, |b, v| b.optimization_barrier(v))?.into_iter();
    each(interp, &tree, &mut |_, x| Ok(kept.next().unwrap_or_else(|| x.clone())))
}

/// Functions on trees.
pub(super) static TREES: &[FunctionDecl] = functions! {
    "stop_gradient" [(x)] "The values, taken as constants by derivatives." => |interp, args| {
        let tree = args.get("x")?.clone();
        each(interp, &tree, &mut |interp, x| interp.tracer.stop_gradient(x))
    };
    "optimization_barrier" [(operand)] "The values, computed before anything that follows." => optimization_barrier;
};

/// The branch for the processor, which programs are compiled for, or the default.
fn platform_dependent(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let branches = crate::jax::transform::keywords(args.get("per_platform")?);
    let chosen = branches.iter().find(|(name, _)| &**name == "cpu").map(|(_, branch)| branch.clone());
    let chosen = match chosen {
        Some(branch) => branch,
        None => args.get("default")?.clone(),
    };
    if chosen.is_none() {
        let message = "platform_dependent has no branch for the platform cpu";
        return Err(raise("NotImplementedError", message).help("give `cpu=` or `default=`"));
    }
    let operands = args.get("args")?.elements().unwrap_or_default();
    interp.call(&chosen, Args::positional(operands))
}

/// Functions that call functions of the program.
pub(super) static CALLS: &[FunctionDecl] = functions! {
    "platform_dependent" [(*args) (default = Default::None) (**per_platform)] "What the branch for the processor gives." => platform_dependent;
    "composite" [(decomposition) (name) (version = Default::Int(0))] "The function itself: what a composite means is its decomposition." =>
        |_, args| args.get("decomposition").cloned();
};
