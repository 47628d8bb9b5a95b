//! Dense host tensors: constants and the reference evaluator's values.

use half::{bf16, f16};
use num_complex::Complex;

use crate::{DType, F8E4M3FN, F8E5M2, IrError, Result, TensorType};

/// The dense row-major elements of an [`Array`], one vector per element type.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each variant is named after its element type")]
pub enum Buffer {
    Bool(Vec<bool>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F8E4M3FN(Vec<F8E4M3FN>),
    F8E5M2(Vec<F8E5M2>),
    F16(Vec<f16>),
    BF16(Vec<bf16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    C64(Vec<Complex<f32>>),
    C128(Vec<Complex<f64>>),
}

/// Runs `$body` with `$data` bound to the typed vector inside a [`Buffer`].
#[macro_export]
macro_rules! with_buffer {
    ($buffer:expr, $data:ident => $body:expr) => {
        match $buffer {
            $crate::Buffer::Bool($data) => $body,
            $crate::Buffer::I8($data) => $body,
            $crate::Buffer::I16($data) => $body,
            $crate::Buffer::I32($data) => $body,
            $crate::Buffer::I64($data) => $body,
            $crate::Buffer::U8($data) => $body,
            $crate::Buffer::U16($data) => $body,
            $crate::Buffer::U32($data) => $body,
            $crate::Buffer::U64($data) => $body,
            $crate::Buffer::F8E4M3FN($data) => $body,
            $crate::Buffer::F8E5M2($data) => $body,
            $crate::Buffer::F16($data) => $body,
            $crate::Buffer::BF16($data) => $body,
            $crate::Buffer::F32($data) => $body,
            $crate::Buffer::F64($data) => $body,
            $crate::Buffer::C64($data) => $body,
            $crate::Buffer::C128($data) => $body,
        }
    };
}

/// A dense tensor in host memory, row-major.
///
/// Equality compares bits of the elements as `PartialEq` of their type does (NaN differs from NaN).
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    ty: TensorType,
    data: Buffer,
}

impl Array {
    /// An array of the given shape; the element type is the buffer's.
    ///
    /// # Errors
    /// The number of elements differs from the shape's size.
    pub fn new(shape: impl Into<Vec<usize>>, data: Buffer) -> Result<Self> {
        let ty = TensorType::new(data.dtype(), shape);
        if data.len() != ty.size() {
            let message = format!("{} elements do not fill {ty}", data.len());
            return Err(IrError::Type { op: "constant", message, operands: Vec::new() });
        }
        Ok(Array { ty, data })
    }

    /// A rank-0 array holding `value` converted to `dtype` (`NE 0` for `bool`, saturating for integers, without imaginary part).
    pub fn scalar(dtype: DType, value: f64) -> Self {
        Array::full(&TensorType::scalar(dtype), value)
    }

    /// An array of type `ty` with every element `value`, converted as [`Array::scalar`] does.
    pub fn full(ty: &TensorType, value: f64) -> Self {
        let n = ty.size();
        let data = match ty.dtype {
            DType::Bool => Buffer::Bool(vec![value != 0.0; n]),
            DType::I8 => Buffer::I8(vec![value as i8; n]),
            DType::I16 => Buffer::I16(vec![value as i16; n]),
            DType::I32 => Buffer::I32(vec![value as i32; n]),
            DType::I64 => Buffer::I64(vec![value as i64; n]),
            DType::U8 => Buffer::U8(vec![value as u8; n]),
            DType::U16 => Buffer::U16(vec![value as u16; n]),
            DType::U32 => Buffer::U32(vec![value as u32; n]),
            DType::U64 => Buffer::U64(vec![value as u64; n]),
            DType::F8E4M3FN => Buffer::F8E4M3FN(vec![F8E4M3FN::from_f64(value); n]),
            DType::F8E5M2 => Buffer::F8E5M2(vec![F8E5M2::from_f64(value); n]),
            DType::F16 => Buffer::F16(vec![f16::from_f64(value); n]),
            DType::BF16 => Buffer::BF16(vec![bf16::from_f64(value); n]),
            DType::F32 => Buffer::F32(vec![value as f32; n]),
            DType::F64 => Buffer::F64(vec![value; n]),
            DType::C64 => Buffer::C64(vec![Complex::new(value as f32, 0.0); n]),
            DType::C128 => Buffer::C128(vec![Complex::new(value, 0.0); n]),
        };
        Array { ty: ty.clone(), data }
    }

    /// Element type and shape.
    pub fn ty(&self) -> &TensorType {
        &self.ty
    }

    /// The elements, row-major.
    pub fn data(&self) -> &Buffer {
        &self.data
    }

    /// Takes the elements out.
    pub fn into_data(self) -> Buffer {
        self.data
    }

    /// The same elements in another shape of equal size.
    ///
    /// # Errors
    /// The sizes differ.
    pub fn reshaped(self, shape: impl Into<Vec<usize>>) -> Result<Self> {
        Array::new(shape, self.data)
    }

    /// An array of type `ty` from little-endian bytes, as [`Array::to_le_bytes`] gives them. A truth
    /// value is any byte but 0.
    ///
    /// # Errors
    /// The number of bytes is not the type's.
    pub fn from_le_bytes(ty: &TensorType, bytes: &[u8]) -> Result<Self> {
        macro_rules! read {
            ($variant:ident, $element:ty) => {
                Buffer::$variant(bytes.as_chunks().0.iter().map(|&chunk| <$element>::from_le_bytes(chunk)).collect())
            };
        }
        macro_rules! read_complex {
            ($variant:ident, $part:ty) => {{
                let parts: Vec<$part> =
                    bytes.as_chunks().0.iter().map(|&chunk| <$part>::from_le_bytes(chunk)).collect();
                Buffer::$variant(parts.as_chunks().0.iter().map(|&[re, im]| Complex::new(re, im)).collect())
            }};
        }
        if bytes.len() != ty.bytes() {
            let message = format!("{} bytes do not fill {ty}", bytes.len());
            return Err(IrError::Type { op: "constant", message, operands: Vec::new() });
        }
        let data = match ty.dtype {
            DType::Bool => Buffer::Bool(bytes.iter().map(|&b| b != 0).collect()),
            DType::I8 => read!(I8, i8),
            DType::I16 => read!(I16, i16),
            DType::I32 => read!(I32, i32),
            DType::I64 => read!(I64, i64),
            DType::U8 => Buffer::U8(bytes.to_vec()),
            DType::U16 => read!(U16, u16),
            DType::U32 => read!(U32, u32),
            DType::U64 => read!(U64, u64),
            DType::F8E4M3FN => read!(F8E4M3FN, F8E4M3FN),
            DType::F8E5M2 => read!(F8E5M2, F8E5M2),
            DType::F16 => read!(F16, f16),
            DType::BF16 => read!(BF16, bf16),
            DType::F32 => read!(F32, f32),
            DType::F64 => read!(F64, f64),
            DType::C64 => read_complex!(C64, f32),
            DType::C128 => read_complex!(C128, f64),
        };
        Array::new(ty.shape.clone(), data)
    }

    /// The elements as little-endian bytes, as `.npy`, safetensors and PJRT want them.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        match &self.data {
            Buffer::Bool(v) => v.iter().map(|&b| u8::from(b)).collect(),
            Buffer::I8(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::I16(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::I32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::I64(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::U8(v) => v.clone(),
            Buffer::U16(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::U32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::U64(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::F8E4M3FN(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::F8E5M2(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::F16(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::BF16(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::F32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::F64(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Buffer::C64(v) => v.iter().flat_map(|x| [x.re, x.im]).flat_map(f32::to_le_bytes).collect(),
            Buffer::C128(v) => v.iter().flat_map(|x| [x.re, x.im]).flat_map(f64::to_le_bytes).collect(),
        }
    }
}

impl Buffer {
    /// The element type.
    pub fn dtype(&self) -> DType {
        match self {
            Buffer::Bool(_) => DType::Bool,
            Buffer::I8(_) => DType::I8,
            Buffer::I16(_) => DType::I16,
            Buffer::I32(_) => DType::I32,
            Buffer::I64(_) => DType::I64,
            Buffer::U8(_) => DType::U8,
            Buffer::U16(_) => DType::U16,
            Buffer::U32(_) => DType::U32,
            Buffer::U64(_) => DType::U64,
            Buffer::F8E4M3FN(_) => DType::F8E4M3FN,
            Buffer::F8E5M2(_) => DType::F8E5M2,
            Buffer::F16(_) => DType::F16,
            Buffer::BF16(_) => DType::BF16,
            Buffer::F32(_) => DType::F32,
            Buffer::F64(_) => DType::F64,
            Buffer::C64(_) => DType::C64,
            Buffer::C128(_) => DType::C128,
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        with_buffer!(self, v => v.len())
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements at the given positions; positions past the end are skipped.
    pub(crate) fn take(&self, positions: &[usize]) -> Buffer {
        macro_rules! pick {
            ($($variant:ident)*) => {
                match self {
                    $(Buffer::$variant(v) => {
                        Buffer::$variant(positions.iter().filter_map(|&p| v.get(p).copied()).collect())
                    })*
                }
            };
        }
        pick!(Bool I8 I16 I32 I64 U8 U16 U32 U64 F8E4M3FN F8E5M2 F16 BF16 F32 F64 C64 C128)
    }

    /// Appends the elements of a buffer of the same element type; another type's are ignored.
    pub(crate) fn append(&mut self, other: &Buffer) {
        macro_rules! extend {
            ($($variant:ident)*) => {
                match (self, other) {
                    $((Buffer::$variant(v), Buffer::$variant(w)) => v.extend_from_slice(w),)*
                    _ => {}
                }
            };
        }
        extend!(Bool I8 I16 I32 I64 U8 U16 U32 U64 F8E4M3FN F8E5M2 F16 BF16 F32 F64 C64 C128);
    }
}
