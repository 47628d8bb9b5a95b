//! Conversions between element types.

use half::{bf16, f16};
use keramos_artifact::DType;

use super::float8::{F8E4M3FN, F8E5M2};
use super::scalar::{Scalar, elements};

/// A conversion that would lose or misread values.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CastError {
    /// There is no conversion between the two types.
    #[error("{from} cannot be converted to {to}; save the array as {to}")]
    Unsupported {
        /// Type of the elements.
        from: DType,
        /// Type asked for.
        to: DType,
    },
    /// A value that the other type does not have.
    #[error("element {index} is {value}, which is no {to}; correct the data or save it as {to}")]
    Value {
        /// Index of the element, counted row-major.
        index: usize,
        /// The value, as text.
        value: String,
        /// Type asked for.
        to: DType,
    },
}

/// Calls `$go::<S, D>` with the Rust types of the two element types.
macro_rules! dispatch {
    (@to $from:ty, $to:expr, $bytes:expr, [$($dtype:ident $ty:ty),*]) => {
        match $to {
            $(DType::$dtype => Some(convert::<$from, $ty>($bytes)),)*
            _ => None,
        }
    };
    ($from:expr, $to:expr, $bytes:expr, [$($source:ident $ty:ty),*]) => {
        match $from {
            $(DType::$source => dispatch!(@to $ty, $to, $bytes, [
                Bool bool, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64,
                F8E4M3FN F8E4M3FN, F8E5M2 F8E5M2, F16 f16, BF16 bf16, F32 f32, F64 f64
            ]),)*
            _ => None,
        }
    };
}

/// Converts little-endian elements of one type to another.
pub(crate) fn cast_bytes(bytes: &[u8], from: DType, to: DType) -> Result<Vec<u8>, CastError> {
    if from == to {
        return Ok(bytes.to_vec());
    }
    let converted = dispatch!(
        from,
        to,
        bytes,
        [
            Bool bool, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64,
            F8E4M3FN F8E4M3FN, F8E5M2 F8E5M2, F16 f16, BF16 bf16, F32 f32, F64 f64
        ]
    );
    converted.unwrap_or(Err(CastError::Unsupported { from, to }))
}

fn convert<S: Scalar, D: Scalar>(bytes: &[u8]) -> Result<Vec<u8>, CastError> {
    let count = bytes.len() / S::DTYPE.size();
    let mut converted = Vec::with_capacity(count * D::DTYPE.size());
    if D::DTYPE.is_float() {
        elements::<S>(bytes).for_each(|value| D::from_f64(value.to_f64()).put(&mut converted));
        return Ok(converted);
    }
    for (index, value) in elements::<S>(bytes).enumerate() {
        let exact = value.to_i128().and_then(D::from_i128);
        let value = exact.ok_or_else(|| CastError::Value { index, value: value.to_f64().to_string(), to: D::DTYPE })?;
        value.put(&mut converted);
    }
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::HostTensor;

    fn tensor<T: Scalar>(values: &[T]) -> HostTensor {
        HostTensor::from_values(vec![values.len()], values).unwrap()
    }

    #[test]
    fn bytes_become_floats() {
        let floats = tensor(&[0u8, 1, 255]).cast(DType::F32).unwrap();
        assert_eq!(floats.values::<f32>().unwrap(), [0.0, 1.0, 255.0]);
    }

    #[test]
    fn labels_become_narrower_if_they_fit() {
        let labels = tensor(&[0i64, 9, -1]).cast(DType::I32).unwrap();
        assert_eq!(labels.values::<i32>().unwrap(), [0, 9, -1]);
        let error = tensor(&[1i64, 1 << 40]).cast(DType::I32).unwrap_err();
        assert!(error.to_string().starts_with("element 1 is 1099511627776, which is no int32"));
    }

    #[test]
    fn floats_become_integers_only_if_whole() {
        let whole = tensor(&[1.0f64, -3.0]).cast(DType::I32).unwrap();
        assert_eq!(whole.values::<i32>().unwrap(), [1, -3]);
        for bad in [0.5, f64::NAN, f64::INFINITY] {
            assert!(matches!(tensor(&[bad]).cast(DType::I64), Err(CastError::Value { index: 0, .. })));
        }
    }

    #[test]
    fn half_precision_rounds() {
        let half = tensor(&[1.0f32, 0.1]).cast(DType::BF16).unwrap();
        let values = half.cast(DType::F32).unwrap().values::<f32>().unwrap();
        assert_eq!(values, [1.0, 0.100_097_656]);
    }

    #[test]
    fn complex_numbers_are_not_converted() {
        let complex = HostTensor::zeros(DType::C64, vec![2]).unwrap();
        assert!(matches!(complex.cast(DType::F32), Err(CastError::Unsupported { .. })));
    }
}
