//! Tensors being traced, and the stack of functions that they are traced into.

mod captures;
mod depends;
mod formula;
mod point;
mod tracer;

pub(crate) use captures::{Captures, params};
pub use formula::{Formula, Operand, Term};
pub use point::Known;
pub(crate) use tracer::leaked;
pub use tracer::{FrameId, Traced, Tracer};

use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType, Value as IrValue};

/// A number of the program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
}

impl Literal {
    /// The number as a scalar of type `dtype`; integers wrap around.
    pub fn array(self, dtype: DType) -> Array {
        match (self, dtype) {
            (Literal::Int(i), DType::I64) => Array::new([], Buffer::I64(vec![i])),
            (Literal::Int(i), DType::U64) => Array::new([], Buffer::U64(vec![i as u64])),
            (Literal::Int(i), DType::I32) => Array::new([], Buffer::I32(vec![i as i32])),
            (Literal::Int(i), DType::U32) => Array::new([], Buffer::U32(vec![i as u32])),
            (Literal::Int(i), DType::U16) => Array::new([], Buffer::U16(vec![i as u16])),
            (Literal::Int(i), DType::U8) => Array::new([], Buffer::U8(vec![i as u8])),
            (Literal::Int(i), _) => Ok(Array::scalar(dtype, i as f64)),
            (Literal::Float(x), _) => Ok(Array::scalar(dtype, x)),
        }
        .unwrap_or_else(|_| Array::scalar(dtype, 0.0))
    }
}

impl From<f64> for Literal {
    fn from(x: f64) -> Self {
        Literal::Float(x)
    }
}

impl From<i64> for Literal {
    fn from(i: i64) -> Self {
        Literal::Int(i)
    }
}

impl From<i32> for Literal {
    fn from(i: i32) -> Self {
        Literal::Int(i.into())
    }
}

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
    /// The Python number that it stands for: converted to whatever element type is needed at once.
    literal: Option<Literal>,
    /// The elements of a small constant.
    constant: Option<Rc<Array>>,
    /// Keras's implicit mask.
    mask: Option<Rc<Tensor>>,
}

impl Tensor {
    /// Whether one is a clone of the other: Python's `is`.
    pub(crate) fn is_same(&self, other: &Tensor) -> bool {
        Rc::ptr_eq(&self.ty, &other.ty) && self.value == other.value && self.weak == other.weak
    }

    pub(crate) fn new(frame: FrameId, value: IrValue, ty: TensorType) -> Self {
        Tensor { frame, value, ty: Rc::new(ty), weak: false, literal: None, constant: None, mask: None }
    }

    /// The same tensor with a weak element type.
    #[must_use]
    pub fn into_weak(mut self) -> Self {
        self.weak = true;
        self
    }

    /// The same tensor with its own element type, however it came about.
    #[must_use]
    pub fn into_strong(mut self) -> Self {
        (self.weak, self.literal) = (false, None);
        self
    }

    /// The same tensor, weak if `weak` is set.
    #[must_use]
    pub fn weak_if(mut self, weak: bool) -> Self {
        self.weak = weak && self.ty.dtype != DType::Bool;
        self
    }

    pub(crate) fn with_literal(mut self, literal: Literal) -> Self {
        self.literal = Some(literal);
        self.into_weak()
    }

    pub(crate) fn with_constant(mut self, array: Rc<Array>) -> Self {
        self.constant = Some(array);
        self
    }

    /// The elements, if the tensor is a small constant.
    pub fn constant(&self) -> Option<&Rc<Array>> {
        self.constant.as_ref()
    }

    /// The Python number that the tensor stands for.
    pub fn literal(&self) -> Option<Literal> {
        self.literal
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
