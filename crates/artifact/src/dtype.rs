//! Element types of tensors, under the names that Keras and NumPy give them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the element types: variant, name in files and messages, bytes per element.
macro_rules! dtypes {
    ($($variant:ident $name:literal $size:literal;)*) => {
        /// The type of a tensor's elements.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum DType {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl DType {
            /// Every element type.
            pub const ALL: &[DType] = &[$(DType::$variant),*];

            /// The name that Keras uses, such as `float32`.
            pub fn name(self) -> &'static str {
                match self {
                    $(DType::$variant => $name,)*
                }
            }

            /// Bytes taken by one element.
            pub fn size(self) -> usize {
                match self {
                    $(DType::$variant => $size,)*
                }
            }
        }
    };
}

dtypes! {
    Bool "bool" 1;
    I8 "int8" 1;
    I16 "int16" 2;
    I32 "int32" 4;
    I64 "int64" 8;
    U8 "uint8" 1;
    U16 "uint16" 2;
    U32 "uint32" 4;
    U64 "uint64" 8;
    F8E4M3FN "float8_e4m3fn" 1;
    F8E5M2 "float8_e5m2" 1;
    F16 "float16" 2;
    BF16 "bfloat16" 2;
    F32 "float32" 4;
    F64 "float64" 8;
    C64 "complex64" 8;
    C128 "complex128" 16;
}

impl DType {
    /// The type with this name, if there is one.
    pub fn from_name(name: &str) -> Option<DType> {
        DType::ALL.iter().copied().find(|dtype| dtype.name() == name)
    }

    /// Bytes taken by a dense tensor of this type, or `None` if that exceeds `usize`.
    pub fn byte_len(self, shape: &[usize]) -> Option<usize> {
        shape.iter().try_fold(self.size(), |bytes, &dim| bytes.checked_mul(dim))
    }

    /// Whether the type is a real floating-point type.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F8E4M3FN | DType::F8E5M2 | DType::F16 | DType::BF16 | DType::F32 | DType::F64)
    }

    /// Whether the type is a signed or unsigned integer (not `bool`).
    pub fn is_integer(self) -> bool {
        matches!(
            self,
            DType::I8 | DType::I16 | DType::I32 | DType::I64 | DType::U8 | DType::U16 | DType::U32 | DType::U64
        )
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
