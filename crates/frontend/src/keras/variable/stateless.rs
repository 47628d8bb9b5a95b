//! What Keras's stateless methods share: variables get their values from lists, and give their last values back.

use keramos_ir::as_tuple;

use super::VariableId;
use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::interp::{Interp, host};
use crate::library::{Args, Bound};
use crate::trace::Tensor;
use crate::value::Value;

/// Variables with the values that they are to have.
pub(crate) type Mapping = Vec<(VariableId, Tensor)>;

/// The values in `list`, one for each variable.
///
/// # Errors
/// `list` is no sequence of arrays, or has another length or other shapes than the variables.
pub(crate) fn values(interp: &mut Interp, ids: &[VariableId], list: &Value, what: &str) -> Result<Mapping> {
    let list = interp.collect(list)?;
    if list.len() != ids.len() {
        let plural = if ids.len() == 1 { "" } else { "s" };
        let message = format!("`{what}` has {} values for {} variable{plural}", list.len(), ids.len());
        let known: Vec<&str> = ids.iter().map(|&id| interp.variables.get(id).path.as_str()).collect();
        let error = raise("ValueError", message);
        return Err(match known.as_slice() {
            [] => error,
            known if known.len() <= 8 => error.note(format!("the variables are {}", known.join(", "))),
            known => error.note(format!("the variables are {}, …", known[..8].join(", "))),
        });
    }
    let mut mapping = Vec::with_capacity(ids.len());
    for (index, (&id, value)) in ids.iter().zip(&list).enumerate() {
        let tensor = crate::jax::arguments::to_tensor(interp, value)?;
        let variable = interp.variables.get(id);
        if tensor.shape() != variable.ty.shape {
            let message = format!(
                "`{what}[{index}]` is {}, the variable `{}` has the shape {}",
                tensor.ty(),
                variable.path,
                as_tuple(&variable.ty.shape)
            );
            return Err(raise("ValueError", message));
        }
        mapping.push((id, interp.tracer.convert(&tensor, interp.variables.get(id).ty.dtype)?.into_strong()));
    }
    Ok(mapping)
}

impl Interp {
    /// Runs `code` while variables have the given values; also returns the last values of the variables `after`.
    /// Whatever `code` assigns is forgotten otherwise.
    ///
    /// # Errors
    /// Those of `code`.
    pub(crate) fn stateless<T>(
        &mut self,
        mapping: Mapping,
        after: &[VariableId],
        code: impl FnOnce(&mut Interp) -> Result<T>,
    ) -> Result<(T, Vec<Tensor>)> {
        let depth = self.state.depth();
        self.state.open(mapping);
        let result = code(self).and_then(|result| {
            let last = after.iter().map(|&id| self.read_variable(id)).collect::<Result<Vec<_>>>()?;
            Ok((result, last))
        });
        self.state.unwind(depth);
        result
    }
}

/// Runs a method that traces, with the arguments `args`: outside of functions at once, and with values
/// that only exist at run time not at all.
///
/// # Errors
/// Those of `code`; a host value reaches a tensor.
pub(crate) fn pure(
    interp: &mut Interp,
    args: &Bound,
    code: impl FnOnce(&mut Interp) -> Result<Value>,
) -> Result<Value> {
    let values = Args::positional(args.iter().map(|(_, value)| value.clone()).collect());
    if let Some(host) = host::host_in(&values) {
        return match interp.tracer.depth() {
            0 => Ok(Value::Host(host)),
            _ => Err(host::reaches(&host, &format!("`{}`", args.function()))),
        };
    }
    interp.eagerly(args.function(), code)
}

/// Tensors as a list of the program.
pub(crate) fn list(tensors: Vec<Tensor>) -> Value {
    Value::list(tensors.into_iter().map(Value::Tensor).collect())
}
