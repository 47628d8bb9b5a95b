//! Constants as text: every element type's numbers, and whole arrays.

use std::fmt::{self, Write};

use half::{bf16, f16};
use num_complex::Complex;

use crate::{Array, Buffer, DType, F8E4M3FN, F8E5M2, TensorType, with_buffer};

/// A number that prints so that its bits can be read back.
trait Element: Sized {
    fn write(&self, out: &mut impl Write) -> fmt::Result;
    fn read(text: &str) -> Option<Self>;
    fn same_bits(&self, other: &Self) -> bool;
}

macro_rules! whole_numbers {
    ($($ty:ty)*) => {
        $(impl Element for $ty {
            fn write(&self, out: &mut impl Write) -> fmt::Result {
                write!(out, "{self}")
            }
            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
            fn same_bits(&self, other: &Self) -> bool {
                self == other
            }
        })*
    };
}

whole_numbers!(bool i8 i16 i32 i64 u8 u16 u32 u64);

/// Narrow floats print through `f32`, which holds them exactly; reading rounds back to the same.
macro_rules! floats {
    ($($ty:ty, $bits:ty, $to:expr, $from:expr;)*) => {
        $(impl Element for $ty {
            fn write(&self, out: &mut impl Write) -> fmt::Result {
                match *self {
                    x if x.to_bits() == <$ty>::NAN.to_bits() => out.write_str("nan"),
                    x if x.is_nan() => write!(out, "{:#x}", x.to_bits()),
                    x => write!(out, "{:?}", $to(x)),
                }
            }
            fn read(text: &str) -> Option<Self> {
                match text.strip_prefix("0x") {
                    Some(hex) => <$bits>::from_str_radix(hex, 16).ok().map(<$ty>::from_bits),
                    None if text == "nan" => Some(<$ty>::NAN),
                    None => text.parse().ok().map($from),
                }
            }
            fn same_bits(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits()
            }
        })*
    };
}

floats! {
    F8E4M3FN, u8, F8E4M3FN::to_f32, F8E4M3FN::from_f32;
    F8E5M2, u8, F8E5M2::to_f32, F8E5M2::from_f32;
    f16, u16, f16::to_f32, f16::from_f32;
    bf16, u16, bf16::to_f32, bf16::from_f32;
    f32, u32, |x: f32| x, |x: f32| x;
    f64, u64, |x: f64| x, |x: f64| x;
}

/// Complex numbers print as real part, `j`, imaginary part, `1.5j-2.0`; parts that are no words print so, others
/// as bits.
macro_rules! complex_numbers {
    ($($part:ty)*) => {
        $(impl Element for Complex<$part> {
            fn write(&self, out: &mut impl Write) -> fmt::Result {
                for (i, part) in [self.re, self.im].into_iter().enumerate() {
                    out.write_str(if i > 0 { "j" } else { "" })?;
                    match part.is_finite() {
                        true => part.write(out)?,
                        false => write!(out, "{:#x}", part.to_bits())?,
                    }
                }
                Ok(())
            }
            fn read(text: &str) -> Option<Self> {
                let (re, im) = text.split_once('j').unwrap_or((text, "0"));
                Some(Complex::new(<$part>::read(re)?, <$part>::read(im)?))
            }
            fn same_bits(&self, other: &Self) -> bool {
                self.re.same_bits(&other.re) && self.im.same_bits(&other.im)
            }
        })*
    };
}

complex_numbers!(f32 f64);

/// Writes the type and the elements; equal elements of more than one as `splat`.
pub(super) fn write(out: &mut impl Write, array: &Array) -> fmt::Result {
    write!(out, "{} ", array.ty())?;
    with_buffer!(array.data(), data => write_elements(out, data, array.ty().rank()))
}

fn write_elements<T: Element>(out: &mut impl Write, data: &[T], rank: usize) -> fmt::Result {
    match data {
        [only] if rank == 0 => only.write(out),
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|x| x.same_bits(first)) => {
            out.write_str("splat ")?;
            first.write(out)
        }
        _ => {
            out.write_str("[")?;
            for (i, x) in data.iter().enumerate() {
                out.write_str(if i > 0 { ", " } else { "" })?;
                x.write(out)?;
            }
            out.write_str("]")
        }
    }
}

/// The array of type `ty` with the given numbers, or one number for all elements.
///
/// The error is a message that names the number at fault.
pub(super) fn read(ty: &TensorType, numbers: &[&str], splat: bool) -> Result<Array, String> {
    let data = match ty.dtype {
        DType::Bool => Buffer::Bool(elements(ty, numbers, splat)?),
        DType::I8 => Buffer::I8(elements(ty, numbers, splat)?),
        DType::I16 => Buffer::I16(elements(ty, numbers, splat)?),
        DType::I32 => Buffer::I32(elements(ty, numbers, splat)?),
        DType::I64 => Buffer::I64(elements(ty, numbers, splat)?),
        DType::U8 => Buffer::U8(elements(ty, numbers, splat)?),
        DType::U16 => Buffer::U16(elements(ty, numbers, splat)?),
        DType::U32 => Buffer::U32(elements(ty, numbers, splat)?),
        DType::U64 => Buffer::U64(elements(ty, numbers, splat)?),
        DType::F8E4M3FN => Buffer::F8E4M3FN(elements(ty, numbers, splat)?),
        DType::F8E5M2 => Buffer::F8E5M2(elements(ty, numbers, splat)?),
        DType::F16 => Buffer::F16(elements(ty, numbers, splat)?),
        DType::BF16 => Buffer::BF16(elements(ty, numbers, splat)?),
        DType::F32 => Buffer::F32(elements(ty, numbers, splat)?),
        DType::F64 => Buffer::F64(elements(ty, numbers, splat)?),
        DType::C64 => Buffer::C64(elements(ty, numbers, splat)?),
        DType::C128 => Buffer::C128(elements(ty, numbers, splat)?),
    };
    Array::new(ty.shape.clone(), data).map_err(|e| e.to_string())
}

fn elements<T: Element + Clone>(ty: &TensorType, numbers: &[&str], splat: bool) -> Result<Vec<T>, String> {
    let read = |text: &&str| T::read(text).ok_or_else(|| format!("{text} is no {}", ty.dtype));
    match numbers {
        [number] if splat => Ok(vec![read(number)?; ty.size()]),
        _ => numbers.iter().map(read).collect(),
    }
}
