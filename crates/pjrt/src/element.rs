//! Element types of device buffers, and the Rust types that match them.

use std::fmt;
use std::str::FromStr;

use half::{bf16, f16};

use crate::error::{Error, Result};

macro_rules! element_types {
    ($($code:literal $variant:ident $name:literal $bytes:expr, $doc:literal;)*) => {
        /// The type of a buffer's elements.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ElementType {
            $(#[doc = $doc] $variant,)*
        }

        impl ElementType {
            /// Every type, in the order of the C API.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The type's name, as numpy and `ml_dtypes` spell it: `float32`, `bool`, `bfloat16`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Bytes that one element takes on the host; `None` where several share a byte or where there are none.
            #[must_use]
            pub const fn size_in_bytes(self) -> Option<usize> {
                match self { $(Self::$variant => $bytes,)* }
            }

            /// The code of `PJRT_Buffer_Type`.
            pub(crate) const fn to_raw(self) -> i32 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The type behind a code of `PJRT_Buffer_Type`.
            pub(crate) fn from_raw(code: i32) -> Result<Self> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(Error::UnknownElement { code }),
                }
            }
        }
    };
}

element_types! {
    1 Pred "bool" Some(1), "Truth value, one byte: 0 or 1.";
    2 S8 "int8" Some(1), "Signed 8-bit integer.";
    3 S16 "int16" Some(2), "Signed 16-bit integer.";
    4 S32 "int32" Some(4), "Signed 32-bit integer.";
    5 S64 "int64" Some(8), "Signed 64-bit integer.";
    6 U8 "uint8" Some(1), "Unsigned 8-bit integer.";
    7 U16 "uint16" Some(2), "Unsigned 16-bit integer.";
    8 U32 "uint32" Some(4), "Unsigned 32-bit integer.";
    9 U64 "uint64" Some(8), "Unsigned 64-bit integer.";
    10 F16 "float16" Some(2), "IEEE half precision.";
    11 F32 "float32" Some(4), "IEEE single precision.";
    12 F64 "float64" Some(8), "IEEE double precision.";
    13 BF16 "bfloat16" Some(2), "The upper half of a single-precision number.";
    14 C64 "complex64" Some(8), "Two single-precision numbers, real part first.";
    15 C128 "complex128" Some(16), "Two double-precision numbers, real part first.";
    16 F8E5M2 "float8_e5m2" Some(1), "8-bit float: 5 exponent bits, 2 mantissa bits.";
    17 F8E4M3FN "float8_e4m3fn" Some(1), "8-bit float without infinities.";
    18 F8E4M3B11FNUZ "float8_e4m3b11fnuz" Some(1), "8-bit float with exponent bias 11, one zero, no infinities.";
    19 F8E5M2FNUZ "float8_e5m2fnuz" Some(1), "8-bit float with one zero and no infinities.";
    20 F8E4M3FNUZ "float8_e4m3fnuz" Some(1), "8-bit float with one zero and no infinities.";
    21 S4 "int4" None, "Signed 4-bit integer.";
    22 U4 "uint4" None, "Unsigned 4-bit integer.";
    23 Token "token" None, "An ordering token; carries no data.";
    24 S2 "int2" None, "Signed 2-bit integer.";
    25 U2 "uint2" None, "Unsigned 2-bit integer.";
    26 F8E4M3 "float8_e4m3" Some(1), "8-bit float: 4 exponent bits, 3 mantissa bits.";
    27 F8E3M4 "float8_e3m4" Some(1), "8-bit float: 3 exponent bits, 4 mantissa bits.";
    28 F8E8M0FNU "float8_e8m0fnu" Some(1), "8-bit scale: an exponent alone.";
    29 F4E2M1FN "float4_e2m1fn" None, "4-bit float.";
    30 S1 "int1" None, "Signed 1-bit integer.";
    31 U1 "uint1" None, "Unsigned 1-bit integer.";
    32 F6E2M3FN "float6_e2m3fn" None, "6-bit float: 2 exponent bits.";
    33 F6E3M2FN "float6_e3m2fn" None, "6-bit float: 3 exponent bits.";
}

impl ElementType {
    /// Bytes of a dense array of this type and shape on the host.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedElement`] where elements are smaller than a byte, [`Error::InvalidShape`] where a dimension is
    /// negative or the size exceeds the address space.
    pub fn array_size(self, dims: &[i64]) -> Result<usize> {
        let element = self.size_in_bytes().ok_or(Error::UnsupportedElement { element: self })?;
        let invalid = || Error::InvalidShape { dims: dims.to_vec() };
        let mut size = element;
        for &dim in dims {
            let dim = usize::try_from(dim).map_err(|_| invalid())?;
            size = size.checked_mul(dim).ok_or_else(invalid)?;
        }
        if isize::try_from(size).is_err() {
            return Err(invalid());
        }
        Ok(size)
    }
}

/// Element type and dimensions of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayType {
    /// The type of the elements.
    pub element: ElementType,
    /// The size along each axis; empty for a scalar.
    pub dims: Vec<i64>,
}

impl fmt::Display for ArrayType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.element, self.dims)
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not that of an element type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an element type; names are those of numpy: float32, int32, bool, bfloat16")]
pub struct UnknownElementName(pub String);

impl FromStr for ElementType {
    type Err = UnknownElementName;

    fn from_str(name: &str) -> std::result::Result<Self, UnknownElementName> {
        Self::ALL
            .iter()
            .copied()
            .find(|element| element.name() == name)
            .ok_or_else(|| UnknownElementName(name.to_owned()))
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type whose values are buffer elements, byte for byte.
///
/// Implemented for types without padding of which every bit pattern is a value, which is what lets slices of them be
/// seen as bytes and filled from bytes.
pub trait Element: Copy + Default + Send + Sync + 'static + sealed::Sealed {
    /// The matching element type.
    const TYPE: ElementType;
}

macro_rules! elements {
    ($($ty:ty => $variant:ident),* $(,)?) => {$(
        impl sealed::Sealed for $ty {}
        impl Element for $ty {
            const TYPE: ElementType = ElementType::$variant;
        }
    )*};
}

elements! {
    i8 => S8,
    i16 => S16,
    i32 => S32,
    i64 => S64,
    u8 => U8,
    u16 => U16,
    u32 => U32,
    u64 => U64,
    f16 => F16,
    f32 => F32,
    f64 => F64,
    bf16 => BF16,
}

/// The bytes of a slice, in the machine's byte order.
#[allow(unsafe_code, reason = "sees numbers as bytes")]
pub(crate) fn as_bytes<T: Element>(values: &[T]) -> &[u8] {
    // SAFETY: `Element` is sealed to types without padding, so all bytes of the slice are initialised.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

/// The bytes of a slice, to be filled.
#[allow(unsafe_code, reason = "fills numbers from bytes")]
pub(crate) fn as_bytes_mut<T: Element>(values: &mut [T]) -> &mut [u8] {
    // SAFETY: `Element` is sealed to types without padding of which every bit pattern is valid.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), size_of_val(values)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_round_trip() {
        for &element in ElementType::ALL {
            assert_eq!(element.name().parse(), Ok(element));
            assert_eq!(ElementType::from_raw(element.to_raw()).expect("a known code"), element);
        }
        assert_eq!(ElementType::Pred.name(), "bool");
        assert!("float31".parse::<ElementType>().is_err());
        assert!(matches!(ElementType::from_raw(0), Err(Error::UnknownElement { code: 0 })));
    }

    #[test]
    fn array_sizes_are_checked() {
        assert_eq!(ElementType::F32.array_size(&[2, 3]).expect("a shape"), 24);
        assert_eq!(ElementType::C128.array_size(&[]).expect("a scalar"), 16);
        assert_eq!(ElementType::F32.array_size(&[0, 7]).expect("an empty shape"), 0);
        assert!(matches!(ElementType::F32.array_size(&[-1]), Err(Error::InvalidShape { .. })));
        assert!(matches!(ElementType::F32.array_size(&[i64::MAX, 8]), Err(Error::InvalidShape { .. })));
        assert!(matches!(ElementType::S4.array_size(&[8]), Err(Error::UnsupportedElement { .. })));
    }
}
