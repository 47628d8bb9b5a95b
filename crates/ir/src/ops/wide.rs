//! The reference evaluator's arithmetic.
//!
//! Elements are computed in a wide type and rounded to the element type after each primitive:
//! floats in `f64`, complex numbers in pairs of them, integers in `i128`. For `f32` and narrower, rounding the `f64` result of an
//! addition, subtraction, multiplication, division or square root equals computing in the narrow
//! type; for other functions it is the correctly rounded result but for rare double rounding.

use half::{bf16, f16};
use num_complex::{Complex, Complex64};

use crate::{Array, Buffer, DType, F8E4M3FN, F8E5M2, IrError, Result, TensorType};

/// The elements of an array, widened.
#[derive(Clone, Debug)]
pub(crate) enum Wide {
    Bool(Vec<bool>),
    Int(Vec<i128>),
    Float(Vec<f64>),
    Complex(Vec<Complex64>),
}

impl Wide {
    /// Widens; exact.
    pub fn of(array: &Array) -> Wide {
        match array.data() {
            Buffer::Bool(v) => Wide::Bool(v.clone()),
            Buffer::I8(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::I16(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::I32(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::I64(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::U8(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::U16(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::U32(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::U64(v) => Wide::Int(v.iter().map(|&x| x.into()).collect()),
            Buffer::F8E4M3FN(v) => Wide::Float(v.iter().map(|&x| x.to_f64()).collect()),
            Buffer::F8E5M2(v) => Wide::Float(v.iter().map(|&x| x.to_f64()).collect()),
            Buffer::F16(v) => Wide::Float(v.iter().map(|&x| x.into()).collect()),
            Buffer::BF16(v) => Wide::Float(v.iter().map(|&x| x.into()).collect()),
            Buffer::F32(v) => Wide::Float(v.iter().map(|&x| x.into()).collect()),
            Buffer::F64(v) => Wide::Float(v.clone()),
            Buffer::C64(v) => Wide::Complex(v.iter().map(|x| Complex::new(x.re.into(), x.im.into())).collect()),
            Buffer::C128(v) => Wide::Complex(v.clone()),
        }
    }

    /// `n` copies of a scalar.
    pub fn filled(scalar: &Array, n: usize) -> Wide {
        fn copies<T: Copy>(v: &[T], n: usize) -> Vec<T> {
            v.iter().copied().cycle().take(n).collect()
        }
        match Wide::of(scalar) {
            Wide::Bool(v) => Wide::Bool(copies(&v, n)),
            Wide::Int(v) => Wide::Int(copies(&v, n)),
            Wide::Float(v) => Wide::Float(copies(&v, n)),
            Wide::Complex(v) => Wide::Complex(copies(&v, n)),
        }
    }

    /// Rounds floats to nearest even, wraps integers; `ty` must be of the same class of element types.
    pub fn narrow(self, op: &'static str, ty: &TensorType) -> Result<Array> {
        let data = match (self, ty.dtype) {
            (Wide::Bool(v), DType::Bool) => Buffer::Bool(v),
            (Wide::Int(v), DType::I8) => Buffer::I8(v.into_iter().map(|x| x as i8).collect()),
            (Wide::Int(v), DType::I16) => Buffer::I16(v.into_iter().map(|x| x as i16).collect()),
            (Wide::Int(v), DType::I32) => Buffer::I32(v.into_iter().map(|x| x as i32).collect()),
            (Wide::Int(v), DType::I64) => Buffer::I64(v.into_iter().map(|x| x as i64).collect()),
            (Wide::Int(v), DType::U8) => Buffer::U8(v.into_iter().map(|x| x as u8).collect()),
            (Wide::Int(v), DType::U16) => Buffer::U16(v.into_iter().map(|x| x as u16).collect()),
            (Wide::Int(v), DType::U32) => Buffer::U32(v.into_iter().map(|x| x as u32).collect()),
            (Wide::Int(v), DType::U64) => Buffer::U64(v.into_iter().map(|x| x as u64).collect()),
            (Wide::Float(v), DType::F8E4M3FN) => Buffer::F8E4M3FN(v.into_iter().map(F8E4M3FN::from_f64).collect()),
            (Wide::Float(v), DType::F8E5M2) => Buffer::F8E5M2(v.into_iter().map(F8E5M2::from_f64).collect()),
            (Wide::Float(v), DType::F16) => Buffer::F16(v.into_iter().map(f16::from_f64).collect()),
            (Wide::Float(v), DType::BF16) => Buffer::BF16(v.into_iter().map(bf16::from_f64).collect()),
            (Wide::Float(v), DType::F32) => Buffer::F32(v.into_iter().map(|x| x as f32).collect()),
            (Wide::Float(v), DType::F64) => Buffer::F64(v),
            (Wide::Complex(v), DType::C64) => {
                Buffer::C64(v.into_iter().map(|x| Complex::new(x.re as f32, x.im as f32)).collect())
            }
            (Wide::Complex(v), DType::C128) => Buffer::C128(v),
            (_, dtype) => return Err(no_kernel(op, dtype)),
        };
        Array::new(ty.shape.clone(), data)
    }
}

impl Array {
    /// The elements as `f64`: truth values as 0 and 1, 64-bit integers rounded, complex numbers as their parts, real
    /// before imaginary.
    pub fn numbers(&self) -> Vec<f64> {
        match Wide::of(self) {
            Wide::Bool(v) => v.into_iter().map(|x| f64::from(u8::from(x))).collect(),
            Wide::Int(v) => v.into_iter().map(|x| x as f64).collect(),
            Wide::Float(v) => v,
            Wide::Complex(v) => v.into_iter().flat_map(|x| [x.re, x.im]).collect(),
        }
    }
}

/// Width and signedness of an integer element type, for kernels that look at bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntType {
    pub bits: u32,
    pub signed: bool,
}

impl IntType {
    /// Of an integer element type.
    pub fn of(dtype: DType) -> IntType {
        IntType { bits: dtype.bits(), signed: dtype.is_signed_int() }
    }

    /// The value's bits, zero-extended.
    pub fn unsigned(self, x: i128) -> u128 {
        x as u128 & ((1 << self.bits) - 1)
    }

    /// Smallest and largest value.
    pub fn range(self) -> (i128, i128) {
        let half = 1 << (self.bits - 1);
        if self.signed { (-half, half - 1) } else { (0, 2 * half - 1) }
    }

    /// The value with its bits read as two's complement.
    pub fn reinterpret_signed(self, x: i128) -> i128 {
        let unused = 128 - self.bits;
        (x << unused) >> unused
    }

    /// Wraps into range.
    pub fn wrap(self, x: i128) -> i128 {
        if self.signed { self.reinterpret_signed(x) } else { self.unsigned(x) as i128 }
    }
}

/// A function of `N` scalars for each class of element types it is defined on. Results of the
/// integer kernel are wrapped, results of the float kernel rounded by the caller.
#[derive(Clone, Copy)]
pub(crate) struct Kernel<const N: usize> {
    pub float: Option<fn([f64; N]) -> f64>,
    pub int: Option<fn([i128; N], IntType) -> i128>,
    pub bool: Option<fn([bool; N]) -> bool>,
    pub complex: Option<fn([Complex64; N]) -> Complex64>,
    /// The integer kernel is for signed types only.
    pub signed_only: bool,
}

impl<const N: usize> Kernel<N> {
    /// Defined on nothing.
    pub const NONE: Self = Kernel { float: None, int: None, bool: None, complex: None, signed_only: false };

    /// Defined on floats only.
    pub const fn float(f: fn([f64; N]) -> f64) -> Self {
        Kernel { float: Some(f), ..Self::NONE }
    }

    /// Defined on floats and integers.
    pub const fn number(float: fn([f64; N]) -> f64, int: fn([i128; N], IntType) -> i128) -> Self {
        Kernel { float: Some(float), int: Some(int), ..Self::NONE }
    }

    /// Defined on integers and truth values.
    pub const fn bits(int: fn([i128; N], IntType) -> i128, bool: fn([bool; N]) -> bool) -> Self {
        Kernel { int: Some(int), bool: Some(bool), ..Self::NONE }
    }

    /// Defined on integers only.
    pub const fn int(f: fn([i128; N], IntType) -> i128) -> Self {
        Kernel { int: Some(f), ..Self::NONE }
    }

    /// The same, and defined on truth values too.
    pub const fn with_bool(self, f: fn([bool; N]) -> bool) -> Self {
        Kernel { bool: Some(f), ..self }
    }

    /// The same, and defined on complex numbers too.
    pub const fn with_complex(self, f: fn([Complex64; N]) -> Complex64) -> Self {
        Kernel { complex: Some(f), ..self }
    }

    /// The same, but not defined on unsigned integers.
    pub const fn signed(self) -> Self {
        Kernel { signed_only: true, ..self }
    }

    /// Whether there is a kernel for the element type.
    pub fn defined_on(&self, dtype: DType) -> bool {
        match dtype {
            DType::Bool => self.bool.is_some(),
            dtype if dtype.is_unsigned_int() && self.signed_only => false,
            dtype if dtype.is_int() => self.int.is_some(),
            dtype if dtype.is_complex() => self.complex.is_some(),
            _ => self.float.is_some(),
        }
    }

    /// Applies the kernel element by element; the operands have one type, which is the result's.
    pub fn map(&self, op: &'static str, operands: [&Array; N]) -> Result<Array> {
        let Some(first) = operands.first() else {
            return Err(IrError::Eval { op, message: "no operands".to_owned() });
        };
        let ty = first.ty();
        let wide = operands.map(Wide::of);
        let n = ty.size();
        let result = match ty.dtype {
            DType::Bool => {
                let f = self.bool.ok_or_else(|| no_kernel(op, ty.dtype))?;
                Wide::Bool(zip(n, &wide.each_ref().map(bools), f))
            }
            dtype if dtype.is_int() => {
                let f = self.int.ok_or_else(|| no_kernel(op, ty.dtype))?;
                let int = IntType::of(dtype);
                Wide::Int(zip(n, &wide.each_ref().map(ints), |x| f(x, int)))
            }
            dtype if dtype.is_complex() => {
                let f = self.complex.ok_or_else(|| no_kernel(op, ty.dtype))?;
                Wide::Complex(zip(n, &wide.each_ref().map(complexes), f))
            }
            _ => {
                let f = self.float.ok_or_else(|| no_kernel(op, ty.dtype))?;
                Wide::Float(zip(n, &wide.each_ref().map(floats), f))
            }
        };
        result.narrow(op, ty)
    }
}

impl Kernel<2> {
    /// For each pair of positions in `x` and in `into`, combines `into`'s element with `x`'s. Floats are
    /// accumulated in `f64` and rounded once.
    pub fn fold(&self, op: &'static str, into: &Array, x: &Array, pairs: &[(usize, usize)]) -> Result<Array> {
        fn run<T: Copy>(mut into: Vec<T>, x: &[T], pairs: &[(usize, usize)], f: impl Fn([T; 2]) -> T) -> Vec<T> {
            for &(from, to) in pairs {
                into[to] = f([into[to], x[from]]);
            }
            into
        }
        let ty = into.ty();
        let undefined = || no_kernel(op, ty.dtype);
        let folded = match (Wide::of(into), Wide::of(x)) {
            (Wide::Bool(into), Wide::Bool(x)) => Wide::Bool(run(into, &x, pairs, self.bool.ok_or_else(undefined)?)),
            (Wide::Int(into), Wide::Int(x)) => {
                let (f, int) = (self.int.ok_or_else(undefined)?, IntType::of(ty.dtype));
                Wide::Int(run(into, &x, pairs, |xy| int.wrap(f(xy, int))))
            }
            (Wide::Float(into), Wide::Float(x)) => {
                let (f, rounded) = (self.float.ok_or_else(undefined)?, rounding(ty.dtype));
                Wide::Float(run(into, &x, pairs, |xy| rounded(f(xy))))
            }
            (Wide::Complex(into), Wide::Complex(x)) => {
                Wide::Complex(run(into, &x, pairs, self.complex.ok_or_else(undefined)?))
            }
            _ => return Err(undefined()),
        };
        folded.narrow(op, ty)
    }
}

/// How a result of each step of a fold is rounded: floats of 16 bits and fewer to their type, as XLA does; of wider ones
/// only the last.
fn rounding(dtype: DType) -> fn(f64) -> f64 {
    match dtype {
        DType::F16 => |x| f16::from_f64(x).into(),
        DType::BF16 => |x| bf16::from_f64(x).into(),
        DType::F8E4M3FN => |x| F8E4M3FN::from_f64(x).to_f64(),
        DType::F8E5M2 => |x| F8E5M2::from_f64(x).to_f64(),
        _ => |x| x,
    }
}

fn zip<T: Copy, const N: usize>(n: usize, columns: &[&[T]; N], f: impl Fn([T; N]) -> T) -> Vec<T> {
    (0..n).filter(|&i| columns.iter().all(|c| i < c.len())).map(|i| f(columns.map(|c| c[i]))).collect()
}

/// The error of evaluating `op` on an element type that it is not defined on.
pub(crate) fn no_kernel(op: &'static str, dtype: DType) -> IrError {
    IrError::Eval { op, message: format!("is not defined on {dtype}") }
}

/// The truth values, nothing if the elements are of another class.
pub(crate) fn bools(wide: &Wide) -> &[bool] {
    if let Wide::Bool(v) = wide { v } else { &[] }
}

/// The integers, nothing if the elements are of another class.
pub(crate) fn ints(wide: &Wide) -> &[i128] {
    if let Wide::Int(v) = wide { v } else { &[] }
}

/// The floats, nothing if the elements are of another class.
pub(crate) fn floats(wide: &Wide) -> &[f64] {
    if let Wide::Float(v) = wide { v } else { &[] }
}

/// The complex numbers, nothing if the elements are of another class.
pub(crate) fn complexes(wide: &Wide) -> &[Complex64] {
    if let Wide::Complex(v) = wide { v } else { &[] }
}
