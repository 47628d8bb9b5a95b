//! The Rust types behind element types.

use half::{bf16, f16};
use keramos_artifact::DType;

/// A Rust number that is an element of a tensor.
pub trait Scalar: Copy + Sized {
    /// Its element type.
    const DTYPE: DType;

    /// Reads one element from exactly its bytes; zero if they are not.
    fn get(bytes: &[u8]) -> Self;
    /// Appends the element's bytes.
    fn put(self, bytes: &mut Vec<u8>);
    /// The nearest `f64`.
    fn to_f64(self) -> f64;
    /// The whole number, if it is one.
    fn to_i128(self) -> Option<i128>;
    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The value, if this type has it exactly (floats: the nearest one).
    fn from_i128(value: i128) -> Option<Self>;
}

/// The elements in `bytes`; a rest that is too short for an element is left out.
pub(crate) fn elements<T: Scalar>(bytes: &[u8]) -> impl Iterator<Item = T> {
    bytes.chunks_exact(T::DTYPE.size()).map(T::get)
}

/// The whole number that a float is, if it is one.
fn whole(value: f64) -> Option<i128> {
    // Beyond 2^63 no integer type that can be stored has the value.
    (value.fract() == 0.0 && value.abs() <= 9.3e18).then_some(value as i128)
}

macro_rules! integers {
    ($($ty:ty => $dtype:ident),* $(,)?) => {$(
        impl Scalar for $ty {
            const DTYPE: DType = DType::$dtype;

            fn get(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(0, <$ty>::from_le_bytes)
            }

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn to_f64(self) -> f64 {
                self as f64
            }

            fn to_i128(self) -> Option<i128> {
                Some(self.into())
            }

            fn from_f64(value: f64) -> Self {
                value as $ty
            }

            fn from_i128(value: i128) -> Option<Self> {
                value.try_into().ok()
            }
        }
    )*};
}

macro_rules! floats {
    ($($ty:ty => $dtype:ident, $from:expr, $to:expr);* $(;)?) => {$(
        impl Scalar for $ty {
            const DTYPE: DType = DType::$dtype;

            fn get(bytes: &[u8]) -> Self {
                bytes.try_into().map_or($from(0.0), <$ty>::from_le_bytes)
            }

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn to_f64(self) -> f64 {
                $to(self)
            }

            fn to_i128(self) -> Option<i128> {
                whole($to(self))
            }

            fn from_f64(value: f64) -> Self {
                $from(value)
            }

            fn from_i128(value: i128) -> Option<Self> {
                Some($from(value as f64))
            }
        }
    )*};
}

integers! {
    i8 => I8, i16 => I16, i32 => I32, i64 => I64,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64,
}

floats! {
    f16 => F16, f16::from_f64, f16::to_f64;
    bf16 => BF16, bf16::from_f64, bf16::to_f64;
    f32 => F32, (|value: f64| value as f32), f64::from;
    f64 => F64, (|value: f64| value), (|value: f64| value);
}

impl Scalar for bool {
    const DTYPE: DType = DType::Bool;

    fn get(bytes: &[u8]) -> Self {
        bytes != [0]
    }

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(self.into());
    }

    fn to_f64(self) -> f64 {
        self.into()
    }

    fn to_i128(self) -> Option<i128> {
        Some(self.into())
    }

    fn from_f64(value: f64) -> Self {
        value != 0.0
    }

    fn from_i128(value: i128) -> Option<Self> {
        match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}
