//! Element types.

use std::fmt;
use std::str::FromStr;

/// The element type of a tensor.
///
/// The short name ([`DType::short_name`]) is what the textual IR and diagnostics print (`f32`,
/// `i32`, `bool`), the long name ([`DType::numpy_name`]) is NumPy's and Keras's (`float32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DType {
    /// Truth values, one byte each.
    Bool,
    /// 8-bit signed integers.
    I8,
    /// 16-bit signed integers.
    I16,
    /// 32-bit signed integers.
    I32,
    /// 64-bit signed integers.
    I64,
    /// 8-bit unsigned integers.
    U8,
    /// 16-bit unsigned integers.
    U16,
    /// 32-bit unsigned integers.
    U32,
    /// 64-bit unsigned integers.
    U64,
    /// 8-bit floats with 3 bits of mantissa and no infinities.
    F8E4M3FN,
    /// 8-bit floats with 2 bits of mantissa.
    F8E5M2,
    /// IEEE 754 half precision.
    F16,
    /// The upper half of a single-precision float.
    BF16,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 double precision.
    F64,
    /// Complex numbers, two `f32`.
    C64,
    /// Complex numbers, two `f64`.
    C128,
}

/// Every element type with its short name, NumPy name and MLIR name.
const NAMES: &[(DType, &str, &str, &str)] = &[
    (DType::Bool, "bool", "bool", "i1"),
    (DType::I8, "i8", "int8", "i8"),
    (DType::I16, "i16", "int16", "i16"),
    (DType::I32, "i32", "int32", "i32"),
    (DType::I64, "i64", "int64", "i64"),
    (DType::U8, "u8", "uint8", "ui8"),
    (DType::U16, "u16", "uint16", "ui16"),
    (DType::U32, "u32", "uint32", "ui32"),
    (DType::U64, "u64", "uint64", "ui64"),
    (DType::F8E4M3FN, "f8_e4m3fn", "float8_e4m3fn", "f8E4M3FN"),
    (DType::F8E5M2, "f8_e5m2", "float8_e5m2", "f8E5M2"),
    (DType::F16, "f16", "float16", "f16"),
    (DType::BF16, "bf16", "bfloat16", "bf16"),
    (DType::F32, "f32", "float32", "f32"),
    (DType::F64, "f64", "float64", "f64"),
    (DType::C64, "c64", "complex64", "complex<f32>"),
    (DType::C128, "c128", "complex128", "complex<f64>"),
];

impl DType {
    /// All element types, in declaration order.
    pub fn all() -> impl Iterator<Item = DType> {
        NAMES.iter().map(|row| row.0)
    }

    /// The greatest number of the type as far as conversions from `f64` tell: infinity, but for floats without one.
    pub fn greatest(self) -> f64 {
        if self == DType::F8E4M3FN { 448.0 } else { f64::INFINITY }
    }

    fn row(self) -> &'static (DType, &'static str, &'static str, &'static str) {
        // `NAMES` lists the variants in declaration order; a test holds it to that.
        &NAMES[self as usize]
    }

    /// The name in textual IR, such as `f32`.
    pub fn short_name(self) -> &'static str {
        self.row().1
    }

    /// NumPy's name, such as `float32`.
    pub fn numpy_name(self) -> &'static str {
        self.row().2
    }

    /// MLIR's name, such as `f32`, `ui8` or `i1`.
    pub fn mlir_name(self) -> &'static str {
        self.row().3
    }

    /// The element type that NumPy calls `name`.
    pub fn from_numpy_name(name: &str) -> Option<DType> {
        NAMES.iter().find(|row| row.2 == name).map(|row| row.0)
    }

    /// Bytes per element; truth values take one byte.
    pub fn size(self) -> usize {
        match self {
            DType::Bool | DType::I8 | DType::U8 | DType::F8E4M3FN | DType::F8E5M2 => 1,
            DType::I16 | DType::U16 | DType::F16 | DType::BF16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 | DType::C64 => 8,
            DType::C128 => 16,
        }
    }

    /// Bits per element as bit operations see it; truth values have 1.
    pub fn bits(self) -> u32 {
        if self == DType::Bool { 1 } else { 8 * self.size() as u32 }
    }

    /// Real floating point of any width.
    pub fn is_float(self) -> bool {
        self.is_float8() || matches!(self, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
    }

    /// The 8-bit floats.
    pub fn is_float8(self) -> bool {
        matches!(self, DType::F8E4M3FN | DType::F8E5M2)
    }

    /// Complex numbers.
    pub fn is_complex(self) -> bool {
        matches!(self, DType::C64 | DType::C128)
    }

    /// Real or complex floating point: what has derivatives.
    pub fn is_inexact(self) -> bool {
        self.is_float() || self.is_complex()
    }

    /// The type of a complex number's parts; other types are their own.
    pub fn real(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            real => real,
        }
    }

    /// The complex type whose parts are of this type, if there is one.
    pub fn complex(self) -> Option<DType> {
        match self {
            DType::F32 => Some(DType::C64),
            DType::F64 => Some(DType::C128),
            _ => None,
        }
    }

    /// The distance from 1 to the next number, for a float type or a complex one's parts; 0 for others.
    pub fn epsilon(self) -> f64 {
        match self.real() {
            DType::F8E4M3FN => crate::F8E4M3FN::EPSILON,
            DType::F8E5M2 => crate::F8E5M2::EPSILON,
            DType::F16 => f64::from(half::f16::EPSILON),
            DType::BF16 => f64::from(half::bf16::EPSILON),
            DType::F32 => f32::EPSILON.into(),
            DType::F64 => f64::EPSILON,
            _ => 0.0,
        }
    }

    /// Signed integers.
    pub fn is_signed_int(self) -> bool {
        matches!(self, DType::I8 | DType::I16 | DType::I32 | DType::I64)
    }

    /// Unsigned integers.
    pub fn is_unsigned_int(self) -> bool {
        matches!(self, DType::U8 | DType::U16 | DType::U32 | DType::U64)
    }

    /// Integers of either signedness; `bool` is none.
    pub fn is_int(self) -> bool {
        self.is_signed_int() || self.is_unsigned_int()
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short_name())
    }
}

/// The text is no element type's short name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDType(pub String);

impl FromStr for DType {
    type Err = UnknownDType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NAMES.iter().find(|row| row.1 == text).map(|row| row.0).ok_or_else(|| UnknownDType(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_table_is_in_declaration_order() {
        for (index, row) in NAMES.iter().enumerate() {
            assert_eq!(row.0 as usize, index);
            assert_eq!(row.1.parse(), Ok(row.0));
            assert_eq!(DType::from_numpy_name(row.2), Some(row.0));
        }
    }
}
