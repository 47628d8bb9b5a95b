//! Values that a loop hands from one step to the next must keep their types.

use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::jax::transform::stage::Aval;
use crate::trace::Tensor;
use crate::value::tree::{TreeDef, difference};

/// The carry of a loop.
pub(super) struct Carry {
    /// Its shape.
    pub(super) def: TreeDef,
    /// What it starts with.
    pub(super) start: Vec<Tensor>,
}

impl Carry {
    /// The types.
    pub(super) fn avals(&self) -> Vec<Aval> {
        Aval::all(&self.start)
    }

    /// Compares the carry with what the body makes of it. A start whose type came from Python numbers only
    /// is converted where the body needs another; then the body must run again, and this returns true.
    ///
    /// # Errors
    /// Trees or types differ.
    pub(super) fn adapt(
        &mut self,
        interp: &mut Interp,
        what: &str,
        name: &str,
        def: &TreeDef,
        out: &[Aval],
    ) -> Result<bool> {
        if let Some((path, found, wanted)) = difference(def, &self.def) {
            return Err(Error::ty(format!(
                "the body of {what} must return a carry with the tree of the carry it gets"
            ))
            .note(format!("the carry `{name}{path}` goes in as {wanted} and comes out as {found}")));
        }
        let mut again = false;
        let paths = self.def.paths();
        for ((start, out), path) in self.start.iter_mut().zip(out).zip(&paths) {
            let before = Aval::of(start);
            if before.ty == out.ty && (before.weak == out.weak || !before.weak) {
                continue;
            }
            if before.weak && before.ty.shape == out.ty.shape {
                let like = probe(interp, out)?;
                let wider = interp.tracer.promoted([&*start, &like]).0;
                if wider == out.ty.dtype {
                    let converted = interp.tracer.convert(start, wider)?;
                    *start = Aval { ty: out.ty.clone(), weak: out.weak }.mark(strong(&converted));
                    again = true;
                    continue;
                }
            }
            let code = if before.ty.shape == out.ty.shape { codes::DTYPE_MISMATCH } else { codes::SHAPE_MISMATCH };
            let kind = if before.ty.shape == out.ty.shape { "element type" } else { "shape" };
            return Err(Error::new(code, format!("the body of {what} changes the type of its carry"))
                .note(format!("the carry `{name}{path}` goes in as {} and comes out as {}", before.ty, out.ty))
                .help(format!(
                    "every step must return the carry in the {kind} it got it: convert the start, or what the body returns"
                )));
        }
        Ok(again)
    }
}

/// A tensor that is used for its type only.
fn probe(interp: &mut Interp, aval: &Aval) -> Result<Tensor> {
    let scalar = interp.tracer.full(&keramos_ir::TensorType::scalar(aval.ty.dtype), 0.0)?;
    Ok(aval.mark(scalar))
}

/// The tensor with a type of its own.
fn strong(tensor: &Tensor) -> Tensor {
    Tensor::new(tensor.frame, tensor.value, tensor.ty().clone())
}
