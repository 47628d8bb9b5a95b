//! What the targets of training are, where the loss alone does not tell: what the user or the file says of them, or what the
//! program's own loss can compute with.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use crate::interp::Interp;
use crate::interp::host_sets::fed;
use crate::keras::layer::LayerObject;
use crate::keras::losses::{LossObject, Weights};
use crate::value::Value;

/// The types of the targets of the model's outputs, in order and of any batch size, if `--input-shape` or what `fit` is
/// called with tells them.
pub(super) fn known(interp: &Interp, model: &LayerObject) -> Option<Vec<TensorType>> {
    if interp.targets.is_some() {
        return interp.targets.clone();
    }
    let fit = model.recorded.fit.borrow();
    let fit = fit.as_ref()?;
    let (_, y) = fed(fit.get("x").ok()?, fit.get("y").ok()?);
    let leaves = if y.is_none() { return None } else { y.leaves() };
    let of = |leaf: &Value| match leaf {
        Value::Host(host) if host.member().is_none() => host.type_in(0).cloned(),
        Value::Array(array) => Some(array.ty().clone()),
        _ => None,
    };
    leaves.iter().map(of).collect()
}

/// The shape of the target of a loss that the program defines, for batch size 1: that of `known` data, or else that of the
/// output or, if the loss computes nothing with it, without the last dimension, as class numbers have, or with 1 in its place.
pub(super) fn shape(
    interp: &mut Interp,
    loss: &Rc<LossObject>,
    known: Option<&TensorType>,
    output: &[usize],
) -> Vec<usize> {
    if let Some(ty) = known {
        let batch = usize::from(!ty.shape.is_empty());
        return [1].iter().take(batch).chain(ty.shape.iter().skip(1)).copied().collect();
    }
    let shorter = output[..output.len().saturating_sub(1)].to_vec();
    let column = [&shorter[..], &[1]].concat();
    let fits = |interp: &mut Interp, shape: &[usize]| {
        let types = [TensorType::new(DType::F32, shape), TensorType::new(DType::F32, output)];
        let (mark, told, span) = (interp.mark(), interp.diagnostics.len(), interp.span);
        let placeholders = interp.tracer.enter("loss", &types);
        interp.state.open([]);
        let fits = match placeholders.as_slice() {
            [target, output] => loss.compute(interp, target, output, &Weights::default()).is_ok(),
            _ => false,
        };
        interp.reset(mark);
        interp.diagnostics.truncate(told);
        interp.span = span;
        fits
    };
    if output.len() > 1 && !fits(interp, output) {
        for shape in [shorter, column] {
            if fits(interp, &shape) {
                return shape;
            }
        }
    }
    output.to_vec()
}
