//! Tensor types.

use std::fmt;

use crate::DType;

/// The sizes of a tensor's dimensions, major first. Empty for a scalar.
pub type Shape = Vec<usize>;

/// Number of elements of an array of those sizes; `usize::MAX` if they cannot be counted.
pub fn elements(sizes: &[usize]) -> usize {
    sizes.iter().fold(1, |n: usize, &d| n.saturating_mul(d))
}

/// Shows sizes as Python shows a tuple, which is how messages write shapes: `(2, 3)`, `(3,)`, `()`. Sizes that may be
/// unknown show as `None` where they are.
pub fn as_tuple<T: Size>(sizes: &(impl AsRef<[T]> + ?Sized)) -> Dims<'_, T> {
    Dims(sizes.as_ref())
}

/// Sizes that print as a tuple; made by [`as_tuple`].
#[derive(Clone, Copy, Debug)]
pub struct Dims<'a, T = usize>(&'a [T]);

impl<T: Size> Dims<'_, T> {
    /// The sizes as they stand in a type: `[2,3]`.
    pub fn in_type(self) -> String {
        let sizes: Vec<String> = self.0.iter().map(T::shown).collect();
        format!("[{}]", sizes.join(","))
    }
}

/// What stands for the size of a dimension.
pub trait Size {
    /// The size as Python would print it.
    fn shown(&self) -> String;
}

impl Size for usize {
    fn shown(&self) -> String {
        self.to_string()
    }
}

/// A size as programs give it to `reshape`: -1 where it follows from the others.
impl Size for i64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl<T: Size> Size for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), T::shown)
    }
}

impl<T: Size> fmt::Display for Dims<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.0.iter().map(T::shown).collect();
        write!(f, "({}{})", sizes.join(", "), if sizes.len() == 1 { "," } else { "" })
    }
}

/// Element type and static shape of a tensor; prints as `f32[2,3]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// The element type.
    pub dtype: DType,
    /// The dimensions' sizes.
    pub shape: Shape,
}

impl TensorType {
    /// A tensor type of the given element type and shape.
    pub fn new(dtype: DType, shape: impl Into<Shape>) -> Self {
        TensorType { dtype, shape: shape.into() }
    }

    /// A rank-0 type.
    pub fn scalar(dtype: DType) -> Self {
        TensorType { dtype, shape: Vec::new() }
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Number of elements; 1 for a scalar.
    pub fn size(&self) -> usize {
        elements(&self.shape)
    }

    /// Bytes of the dense data.
    pub fn bytes(&self) -> usize {
        self.size().saturating_mul(self.dtype.size())
    }

    /// Whether a machine could hold it: processors address no more bytes. A part along some of its dimensions counts, too,
    /// where another dimension is 0.
    pub fn is_addressable(&self) -> bool {
        const ADDRESSABLE: usize = 1 << 47;
        let bytes = self.shape.iter().try_fold(self.dtype.size(), |n, &d| n.checked_mul(d.max(1)));
        bytes.is_some_and(|n| n <= ADDRESSABLE)
    }

    /// The same shape with another element type.
    pub fn with_dtype(&self, dtype: DType) -> Self {
        TensorType { dtype, shape: self.shape.clone() }
    }

    /// The same element type with another shape.
    pub fn with_shape(&self, shape: impl Into<Shape>) -> Self {
        TensorType { dtype: self.dtype, shape: shape.into() }
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, as_tuple(&self.shape).in_type())
    }
}
