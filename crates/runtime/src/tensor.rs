//! Dense tensors in host memory, and conversions between element types.

mod cast;
mod float8;
mod scalar;

use keramos_artifact::DType;

pub use cast::CastError;
pub(crate) use cast::cast_bytes;
pub use float8::{F8E4M3FN, F8E5M2};
pub use scalar::Scalar;

/// A dense, row-major tensor in host memory; elements are little-endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTensor {
    dtype: DType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// The bytes given for a tensor are not as many as its type and shape take.
#[derive(Debug, thiserror::Error)]
#[error("a {dtype}{shape:?} tensor takes {expected} bytes, {actual} are given")]
pub struct SizeError {
    dtype: DType,
    shape: Vec<usize>,
    expected: String,
    actual: usize,
}

impl HostTensor {
    /// A tensor of `bytes`, which must be exactly as many as the type and shape take.
    ///
    /// # Errors
    /// [`SizeError`] if they are not.
    pub fn new(dtype: DType, shape: Vec<usize>, bytes: Vec<u8>) -> Result<HostTensor, SizeError> {
        let expected = dtype.byte_len(&shape);
        if expected == Some(bytes.len()) {
            return Ok(HostTensor { dtype, shape, bytes });
        }
        Err(SizeError {
            dtype,
            shape,
            expected: expected.map_or("too many".to_owned(), |len| len.to_string()),
            actual: bytes.len(),
        })
    }

    /// A tensor of `values`, which must be as many as the shape has places.
    ///
    /// # Errors
    /// [`SizeError`] if they are not.
    pub fn from_values<T: Scalar>(shape: Vec<usize>, values: &[T]) -> Result<HostTensor, SizeError> {
        let mut bytes = Vec::with_capacity(std::mem::size_of_val(values));
        values.iter().for_each(|value| value.put(&mut bytes));
        HostTensor::new(T::DTYPE, shape, bytes)
    }

    /// A tensor of zeros (`false` for booleans).
    ///
    /// # Errors
    /// [`SizeError`] if the size exceeds `usize`.
    pub fn zeros(dtype: DType, shape: Vec<usize>) -> Result<HostTensor, SizeError> {
        let len = dtype.byte_len(&shape).unwrap_or(0);
        HostTensor::new(dtype, shape, vec![0; len])
    }

    /// A tensor of no rows.
    pub(crate) fn empty() -> HostTensor {
        HostTensor { dtype: DType::F32, shape: vec![0], bytes: Vec::new() }
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements: row-major, little-endian.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives up the elements.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Length of the first axis; a scalar has one row.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Shape of one row.
    pub fn row_shape(&self) -> &[usize] {
        self.shape.get(1..).unwrap_or_default()
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        // A part of a shape that fits; nothing to overflow.
        self.dtype.byte_len(self.row_shape()).unwrap_or(0)
    }

    /// The elements as numbers of type `T`, or `None` if the tensor is of another type.
    pub fn values<T: Scalar>(&self) -> Option<Vec<T>> {
        (self.dtype == T::DTYPE).then(|| scalar::elements(&self.bytes).collect())
    }

    /// The same elements in another shape of the same size.
    ///
    /// # Errors
    /// [`SizeError`] if the size differs.
    pub fn reshape(self, shape: Vec<usize>) -> Result<HostTensor, SizeError> {
        HostTensor::new(self.dtype, shape, self.bytes)
    }

    /// The elements as another type. Between floats the value is rounded; into an integer type
    /// every value must be whole and in range.
    ///
    /// # Errors
    /// [`CastError`] naming the first value that does not survive.
    pub fn cast(&self, to: DType) -> Result<HostTensor, CastError> {
        Ok(HostTensor { dtype: to, shape: self.shape.clone(), bytes: cast_bytes(&self.bytes, self.dtype, to)? })
    }

    /// Index of the first element that is NaN or infinite, with its value.
    pub fn first_non_finite(&self) -> Option<(usize, f64)> {
        fn find<T: Scalar>(bytes: &[u8]) -> Option<(usize, f64)> {
            scalar::elements::<T>(bytes).map(T::to_f64).enumerate().find(|(_, value)| !value.is_finite())
        }
        match self.dtype {
            DType::F16 => find::<half::f16>(&self.bytes),
            DType::BF16 => find::<half::bf16>(&self.bytes),
            DType::F32 => find::<f32>(&self.bytes),
            DType::F64 => find::<f64>(&self.bytes),
            _ => None,
        }
    }

    /// Index of the first element that is outside of `range`, with its value; only integer tensors have one.
    pub fn first_outside(&self, range: &std::ops::Range<i128>) -> Option<(usize, i128)> {
        fn find<T: Scalar>(bytes: &[u8], range: &std::ops::Range<i128>) -> Option<(usize, i128)> {
            let whole = scalar::elements::<T>(bytes).map(|value| value.to_i128().unwrap_or(i128::MIN));
            whole.enumerate().find(|(_, value)| !range.contains(value))
        }
        match self.dtype {
            DType::I8 => find::<i8>(&self.bytes, range),
            DType::I16 => find::<i16>(&self.bytes, range),
            DType::I32 => find::<i32>(&self.bytes, range),
            DType::I64 => find::<i64>(&self.bytes, range),
            DType::U8 => find::<u8>(&self.bytes, range),
            DType::U16 => find::<u16>(&self.bytes, range),
            DType::U32 => find::<u32>(&self.bytes, range),
            DType::U64 => find::<u64>(&self.bytes, range),
            _ => None,
        }
    }

    /// The smallest and the largest element, if there are elements and all are numbers.
    pub fn range(&self) -> Option<(f64, f64)> {
        let values: Vec<f64> = self.cast(DType::F64).ok()?.values()?;
        let first = *values.first()?;
        Some(values.iter().fold((first, first), |(low, high), &value| (low.min(value), high.max(value))))
    }

    /// Reads as `float32[2, 3]`.
    pub fn describe(&self) -> String {
        describe(self.dtype, &self.shape)
    }
}

/// How messages write a type and shape: `float32[2, 3]`.
pub(crate) fn describe(dtype: DType, shape: &[usize]) -> String {
    format!("{dtype}{shape:?}")
}
