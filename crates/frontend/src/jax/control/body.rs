//! Bodies of loops and branches as functions of the IR.

use keramos_ir::{Builder, Function, Value as IrValue};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::jax::transform::callee::name_of;
use crate::jax::transform::stage::{Aval, Others, Outputs, Staging};
use crate::keras::variable::VariableId;
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::TreeDef;

/// A body that ran on parameters.
pub(super) struct Body {
    /// Parameters: the variables, those asked for, then the captures. Results: the variables, then the
    /// leaves of the result.
    pub(super) function: Function,
    pub(super) captures: Vec<Tensor>,
    /// The result.
    pub(super) out: Outputs,
    /// The shape of the result's parts, if it was asked to be a tuple.
    pub(super) parts: Vec<TreeDef>,
    /// Variables that the body assigned.
    pub(super) assigned: Vec<VariableId>,
}

/// Runs a body on parameters for `vars`, the variables that it is known to assign, and for `avals`.
pub(super) fn stage(
    interp: &mut Interp,
    what: &str,
    function: &Value,
    vars: &[VariableId],
    avals: &[Aval],
    code: impl FnOnce(&mut Interp, Vec<Tensor>) -> Result<Value>,
) -> Result<Body> {
    let name = name_of(function);
    let staging = Staging { what, name: &name, differentiated: false, others: Others::Convert, point: None };
    let types = vars.iter().map(|&id| Aval { ty: interp.variables.get(id).ty.clone(), weak: false });
    let params: Vec<Aval> = types.chain(avals.iter().cloned()).collect();
    let mut parts = Vec::new();
    let mut staged = interp.stage(staging, &params, |interp, mut params| {
        let rest = params.split_off(vars.len());
        for (&id, param) in vars.iter().zip(params) {
            interp.state.give(id, param);
        }
        let result = code(interp, rest)?;
        if let Value::Tuple(elements) = &result {
            for element in elements.iter() {
                parts.push(interp.flatten(element)?.1);
            }
        }
        let mut last = Vec::with_capacity(vars.len());
        for &id in vars {
            last.push(Value::Tensor(interp.read_variable(id)?));
        }
        Ok(Value::tuple(vec![Value::tuple(last), result]))
    })?;
    let leaves = staged.out.leaves.len();
    staged.function.results.truncate(leaves);
    let out = Outputs {
        def: staged.out.def.children().get(1).cloned().unwrap_or_else(TreeDef::leaf),
        leaves: staged.out.leaves.split_off(vars.len().min(leaves)),
    };
    Ok(Body { function: staged.function, captures: staged.captures, out, parts, assigned: staged.assigned })
}

/// Runs `code` with the variables that the body is known to assign, until it assigns no others.
pub(super) fn with_variables<T>(
    interp: &mut Interp,
    mut code: impl FnMut(&mut Interp, &[VariableId]) -> Result<(T, Vec<VariableId>)>,
) -> Result<(T, Vec<VariableId>)> {
    let mut vars: Vec<VariableId> = Vec::new();
    loop {
        let (made, assigned) = code(interp, &vars)?;
        let before = vars.len();
        for id in assigned {
            if !vars.contains(&id) {
                vars.push(id);
            }
        }
        if vars.len() == before {
            return Ok((made, vars));
        }
    }
}

/// Functions with parameters of their own and captures, as functions of one list of parameters: all
/// captures, then their own.
pub(super) fn unify(bodies: &[&Body]) -> Result<(Vec<Tensor>, Vec<Function>)> {
    let mut all: Vec<Tensor> = Vec::new();
    let same = |a: &Tensor, b: &Tensor| a.frame == b.frame && a.value == b.value;
    for capture in bodies.iter().flat_map(|body| &body.captures) {
        if !all.iter().any(|known| same(known, capture)) {
            all.push(capture.clone());
        }
    }
    let mut functions = Vec::with_capacity(bodies.len());
    for body in bodies {
        let function = &body.function;
        let own = function.params.len() - body.captures.len();
        let mut b = Builder::new(function.name.clone());
        let captured: Vec<IrValue> = all.iter().map(|tensor| b.param(tensor.ty().clone())).collect();
        let mut args: Vec<IrValue> =
            function.params.iter().take(own).map(|&param| b.param(function.ty(param).clone())).collect();
        for capture in &body.captures {
            let at = all.iter().position(|known| same(known, capture));
            let value = at.and_then(|at| captured.get(at)).copied();
            args.push(value.ok_or_else(|| Error::internal("a capture is missing"))?);
        }
        let results = b.inline(function, &args)?;
        functions.push(b.finish(results));
    }
    Ok((all, functions))
}

/// The leaves of a tree as tensors.
pub(super) fn tensors(interp: &mut Interp, what: &str, name: &str, tree: &Value) -> Result<(Vec<Tensor>, TreeDef)> {
    let (values, def) = interp.flatten(tree)?;
    let mut found = Vec::with_capacity(values.len());
    for (value, path) in values.iter().zip(def.paths()) {
        found.push(interp.leaf_tensor(value).map_err(|error| match value {
            Value::Host(_) => error,
            _ => Error::ty(format!("`{name}{path}` of {what} is {}, not a number or array", value.type_name())),
        })?);
    }
    Ok((found, def))
}
