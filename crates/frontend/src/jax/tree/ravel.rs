//! `jax.flatten_util.ravel_pytree`.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::jax::transform::call_traced;
use crate::library::{Args, Bound, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::tree::TreeDef;
use crate::value::{Object, Value};

static RAVEL_PYTREE: FunctionDecl = FunctionDecl {
    name: "ravel_pytree",
    signature: Signature::new(&[Param::required("pytree")]),
    doc: "All leaves in one vector, and the function that makes the tree from such a vector.",
    call: ravel_pytree,
};

pub(super) static FUNCTIONS: &[&FunctionDecl] = &[&RAVEL_PYTREE];

/// The function that makes a tree from a vector.
#[derive(Clone, Debug)]
struct Unravel {
    def: TreeDef,
    types: Vec<TensorType>,
    dtype: DType,
}

fn ravel_pytree(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (leaves, def) = interp.flatten(&args.get("pytree")?.clone())?;
    let tensors: Vec<Tensor> = leaves.iter().map(|leaf| interp.leaf_tensor(leaf)).collect::<Result<_>>()?;
    let types: Vec<TensorType> = tensors.iter().map(|tensor| tensor.ty().clone()).collect();
    let dtype = interp.tracer.promoted(&tensors).0;
    let mut flat = Vec::with_capacity(tensors.len());
    for tensor in &tensors {
        let converted = interp.tracer.convert(tensor, dtype)?;
        flat.push(interp.tracer.reshape(&converted, &[tensor.ty().size()])?);
    }
    let vector = match flat.is_empty() {
        true => interp.tracer.full(&TensorType::new(DType::F32, [0]), 0.0)?,
        false => interp.tracer.concatenate(&flat, 0)?,
    };
    let unravel = Value::User(Rc::new(Unravel { def, types, dtype }));
    Ok(Value::tuple(vec![Value::Tensor(vector), unravel]))
}

impl Object for Unravel {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let this = self.clone();
        call_traced(interp, &Value::User(self), "unravel", args, |interp, args| {
            let [vector] = args.positional.as_slice() else {
                return Err(Error::ty("the function returned by ravel_pytree takes one vector"));
            };
            let vector = interp.leaf_tensor(vector)?;
            let size: usize = this.types.iter().map(TensorType::size).sum();
            if vector.shape() != [size] {
                let message = format!("a vector of {size} elements is needed to make the tree, found {}", vector.ty());
                return Err(Error::shape(message));
            }
            if vector.dtype() != this.dtype {
                let message = format!("a {} vector is needed to make the tree, found {}", this.dtype, vector.ty());
                return Err(Error::new(crate::diagnostics::codes::DTYPE_MISMATCH, message));
            }
            let (mut leaves, mut start) = (Vec::with_capacity(this.types.len()), 0);
            for ty in &this.types {
                let piece = interp.tracer.slice_axis(&vector, 0, start, start + ty.size())?;
                let piece = interp.tracer.reshape(&piece, &ty.shape)?;
                leaves.push(Value::Tensor(interp.tracer.convert(&piece, ty.dtype)?));
                start += ty.size();
            }
            interp.unflatten(&this.def, leaves)
        })
    }
}
