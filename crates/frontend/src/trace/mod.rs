//! Tensors being traced, and the stack of functions that they are traced into.

mod formula;
mod tracer;

pub use formula::{Formula, Operand, Term};
pub use tracer::{FrameId, Traced, Tracer};

use std::rc::Rc;

use keramos_ir::{DType, TensorType, Value as IrValue};

/// A value of a function being traced: what `keras.ops` and `jax.numpy` functions take and return.
///
/// Cloning is cheap. A tensor may be used in any function nested in the one that made it; it is
/// captured as a parameter then.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub(crate) frame: FrameId,
    pub(crate) value: IrValue,
    ty: Rc<TensorType>,
    /// Whether the element type came from Python scalars only and yields in promotion (JAX's weak types).
    weak: bool,
    /// Keras's implicit mask.
    mask: Option<Rc<Tensor>>,
}

impl Tensor {
    pub(crate) fn new(frame: FrameId, value: IrValue, ty: TensorType) -> Self {
        Tensor { frame, value, ty: Rc::new(ty), weak: false, mask: None }
    }

    /// The same tensor with a weak element type.
    #[must_use]
    pub fn into_weak(mut self) -> Self {
        self.weak = true;
        self
    }

    /// Whether the element type is weak.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The same tensor with Keras's implicit mask, a `bool` tensor that is true for the steps that
    /// count. Layers pass it on ([`crate::keras::layer::Masks`]); every operation drops it.
    #[must_use]
    pub fn with_mask(mut self, mask: Option<Tensor>) -> Self {
        self.mask = mask.map(Rc::new);
        self
    }

    /// Keras's implicit mask, if there is one.
    pub fn mask(&self) -> Option<&Tensor> {
        self.mask.as_deref()
    }

    /// Element type and shape.
    pub fn ty(&self) -> &TensorType {
        &self.ty
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.ty.shape
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.ty.dtype
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.ty.shape.len()
    }
}
