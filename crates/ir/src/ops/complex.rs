//! `complex`, `real`, `imag`, `conj` and the magnitude of complex numbers.
//!
//! Derivatives follow JAX: a cotangent c of a complex value stands for the tangents' image Re(c·ẋ), so that
//! transposing a function that is linear over the complex numbers conjugates nothing.

use num_complex::{Complex, Complex64};

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::wide::{self, Wide};
use super::{Unary, UnaryKind, batching, rules};

/// The complex numbers with the given real and imaginary parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MakeComplex;

const COMPLEX: &str = "complex";

impl Primitive for MakeComplex {
    fn name(&self) -> &'static str {
        COMPLEX
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == COMPLEX).then_some(Ok(MakeComplex))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [re, im] = rules::operands(COMPLEX, operands)?;
        match re.dtype.complex() {
            Some(dtype) if re == im => Ok(vec![re.with_dtype(dtype)]),
            _ => Err(IrError::ty(COMPLEX, "both parts must have one type, f32 or f64", operands)),
        }
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::jointly_linear_jvp(b, self, primals, tangents, |_| true)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (&[Some(ct)], [re, im]) = (cotangents, operands) else { return rules::not_linear(COMPLEX, b) };
        let re = re.is_linear().then(|| b.real(ct)).transpose()?;
        let im = im.is_linear().then(|| b.imag(ct).and_then(|im| b.neg(im))).transpose()?;
        Ok(vec![re, im])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.complex", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [re, im] = rules::arrays(COMPLEX, operands)?;
        let result = self.infer(&[re.ty(), im.ty()])?.remove(0);
        let (Wide::Float(re), Wide::Float(im)) = (Wide::of(re), Wide::of(im)) else {
            return Err(wide::no_kernel(COMPLEX, re.ty().dtype));
        };
        let numbers = re.into_iter().zip(im).map(|(re, im)| Complex::new(re, im)).collect();
        Ok(vec![Wide::Complex(numbers).narrow(COMPLEX, &result)?])
    }
}

/// A function of the parts of complex numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComplexPart {
    /// The real part.
    Real,
    /// The imaginary part.
    Imag,
    /// The conjugate.
    Conj,
    /// The magnitude, a real number.
    Abs,
}

impl ComplexPart {
    /// All of them.
    pub const ALL: &[ComplexPart] = &[ComplexPart::Real, ComplexPart::Imag, ComplexPart::Conj, ComplexPart::Abs];
}

impl Primitive for ComplexPart {
    fn name(&self) -> &'static str {
        match self {
            ComplexPart::Real => "real",
            ComplexPart::Imag => "imag",
            ComplexPart::Conj => "conj",
            ComplexPart::Abs => "complex_abs",
        }
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        ComplexPart::ALL.iter().find(|part| part.name() == name).map(|&part| Ok(part))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if !x.dtype.is_complex() {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        let dtype = if *self == ComplexPart::Conj { x.dtype } else { x.dtype.real() };
        Ok(vec![x.with_dtype(dtype)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        if *self != ComplexPart::Abs {
            return rules::linear_jvp(b, self, primals, tangents);
        }
        let y = b.emit1(*self, primals)?;
        let (&[x], &[Some(dx)]) = (primals, tangents) else { return Ok((vec![y], vec![None])) };
        // Re(conj(x)·ẋ) / |x|, and 0 at 0.
        let (zero, one) = (b.full_like(y, 0.0)?, b.full_like(y, 1.0)?);
        let is_zero = b.eq(y, zero)?;
        let divisor = b.select(is_zero, one, y)?;
        let conj = b.conj(x)?;
        let product = b.mul(conj, dx)?;
        let share = b.real(product)?;
        Ok((vec![y], vec![Some(b.div(share, divisor)?)]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        match self {
            ComplexPart::Real => rules::linear_transpose(cotangents, operands, |ct, _| {
                let zero = b.full_like(ct, 0.0)?;
                b.complex(ct, zero)
            }),
            ComplexPart::Imag => rules::linear_transpose(cotangents, operands, |ct, _| {
                let (zero, minus) = (b.full_like(ct, 0.0)?, b.neg(ct)?);
                b.complex(zero, minus)
            }),
            ComplexPart::Conj => rules::linear_transpose(cotangents, operands, |ct, _| b.conj(ct)),
            ComplexPart::Abs => rules::not_linear(self.name(), b),
        }
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let hlo = match self {
            ComplexPart::Real => "stablehlo.real",
            ComplexPart::Imag => "stablehlo.imag",
            ComplexPart::Conj => "chlo.conj",
            ComplexPart::Abs => "stablehlo.abs",
        };
        rules::plain(e, hlo, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        let result = self.infer(&[x.ty()])?.remove(0);
        let wide = Wide::of(x);
        let numbers = wide::complexes(&wide).iter();
        let parts = match self {
            ComplexPart::Real => Wide::Float(numbers.map(|x| x.re).collect()),
            ComplexPart::Imag => Wide::Float(numbers.map(|x| x.im).collect()),
            ComplexPart::Conj => Wide::Complex(numbers.map(Complex64::conj).collect()),
            ComplexPart::Abs => Wide::Float(numbers.map(|x| x.norm()).collect()),
        };
        Ok(vec![parts.narrow(self.name(), &result)?])
    }
}

/// x / |x|, and 0 at 0.
pub(crate) fn sign(x: Complex64) -> Complex64 {
    let size = x.norm();
    if size == 0.0 { x } else { x / size }
}

/// eˣ − 1, exact for small x.
pub(crate) fn expm1(x: Complex64) -> Complex64 {
    let half = (x.im / 2.0).sin();
    Complex::new(x.re.exp_m1() * x.im.cos() - 2.0 * half * half, x.re.exp() * x.im.sin())
}

/// log(1 + x), exact for small x.
pub(crate) fn log1p(x: Complex64) -> Complex64 {
    Complex::new((x.re * (2.0 + x.re) + x.im * x.im).ln_1p() / 2.0, x.im.atan2(1.0 + x.re))
}

impl Builder {
    /// The complex numbers with real parts `re` and imaginary parts `im`.
    ///
    /// # Errors
    /// The operands are not of one type, `f32` or `f64`.
    pub fn complex(&mut self, re: Value, im: Value) -> Result<Value> {
        self.emit1(MakeComplex, &[re, im])
    }

    /// The real part; emits nothing for real numbers.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn real(&mut self, x: Value) -> Result<Value> {
        if self.is_complex(x) { self.emit1(ComplexPart::Real, &[x]) } else { Ok(x) }
    }

    /// The imaginary part; zeros for real numbers.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn imag(&mut self, x: Value) -> Result<Value> {
        if self.is_complex(x) { self.emit1(ComplexPart::Imag, &[x]) } else { self.full_like(x, 0.0) }
    }

    /// The conjugate; emits nothing for real numbers.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn conj(&mut self, x: Value) -> Result<Value> {
        if self.is_complex(x) { self.emit1(ComplexPart::Conj, &[x]) } else { Ok(x) }
    }

    /// |x|, real also for complex numbers. The derivative at 0 is 1 for real numbers, 0 for complex ones.
    ///
    /// # Errors
    /// The elements are truth values or unsigned.
    pub fn abs(&mut self, x: Value) -> Result<Value> {
        if self.is_complex(x) { self.emit1(ComplexPart::Abs, &[x]) } else { self.emit1(Unary(UnaryKind::Abs), &[x]) }
    }

    fn is_complex(&self, x: Value) -> bool {
        DType::is_complex(self.ty(x).dtype)
    }
}
