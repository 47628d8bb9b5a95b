//! Data sets of TensorFlow that are made of arrays whose types are known: what their elements look like.

use keramos_ir::TensorType;

use super::Interp;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::value::host::Known;
use crate::value::{Host, Value};

/// Methods whose results have the same elements, or some of them.
const KEEP: &[&str] = &["cache", "filter", "prefetch", "repeat", "shard", "shuffle", "skip", "take", "with_options"];

impl Interp {
    /// What is known of the data set that `callee`, a function or a method of TensorFlow's, gives.
    pub(super) fn data_set(&mut self, callee: &Host, args: &Args, result: &Host) -> Option<Host> {
        if callee.span().is_none() {
            let slices = callee.what() == "tensorflow.data.Dataset.from_tensor_slices";
            let tensors = args.positional.first().filter(|_| slices)?;
            return Some(result.know(Known::Elements(self.slices(tensors).ok()?)));
        }
        let Known::Elements(elements) = callee.known() else { return None };
        let result = match callee.batch() {
            Some(batch) => result.with_batch(batch),
            None => result.clone(),
        };
        match callee.member()? {
            "batch" => {
                let named = args.keywords.iter().find(|(name, _)| &**name == "batch_size").map(|(_, value)| value);
                let Value::Int(rows) = named.or(args.positional.first())? else { return None };
                let rows = usize::try_from(*rows).ok().filter(|&rows| rows > 0 && callee.batch().is_none())?;
                let batch = with_rows(elements, rows).ok()?;
                Some(result.with_batch(rows).know(Known::Elements(batch)))
            }
            name if KEEP.contains(&name) => Some(result.know(Known::Elements(elements.clone()))),
            _ => None,
        }
    }

    /// Rows of the arrays in a tree.
    fn slices(&mut self, tensors: &Value) -> Result<Value> {
        tensors.map_leaves(&mut |leaf| {
            let leaf = self.plain(leaf)?;
            let (ty, origin) = match &leaf {
                Value::Host(host) if host.member().is_none() => (host.type_in(0), host.clone()),
                Value::Array(array) => (Some(array.ty()), Host::new("a data set", Some(self.span))),
                _ => return Err(unknown()),
            };
            let (dtype, row) = ty.and_then(|ty| Some((ty.dtype, ty.shape.get(1..)?))).ok_or_else(unknown)?;
            Ok(Value::Host(origin.know(Known::Array(TensorType::new(dtype, row)))))
        })
    }
}

fn with_rows(elements: &Value, rows: usize) -> Result<Value> {
    elements.map_leaves(&mut |leaf| match leaf {
        Value::Host(host) => {
            let ty = host.array().ok_or_else(unknown)?;
            Ok(Value::Host(host.know(Known::Array(TensorType::new(ty.dtype, [&[rows], &ty.shape[..]].concat())))))
        }
        other => Ok(other.clone()),
    })
}

/// Never told: nothing is known then.
fn unknown() -> Error {
    Error::internal("an element without a type")
}

/// What `fit` and its relatives take out of `x` and `y`: the parts of the elements of a data set that comes in batches, if
/// their types are known.
pub(crate) fn fed(x: &Value, y: &Value) -> (Value, Value) {
    let elements = match x {
        Value::Host(host) if host.batch().is_some() => host.elements(),
        _ => None,
    };
    match elements {
        Some(Value::Tuple(parts)) => {
            let part = |i: usize| parts.get(i).cloned().unwrap_or(Value::None);
            (part(0), part(1))
        }
        Some(one) => (one.clone(), Value::None),
        None => (x.clone(), y.clone()),
    }
}
