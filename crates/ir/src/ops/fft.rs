//! `fft`.

use std::f64::consts::TAU;

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::wide::Wide;
use super::{Padding, batching, index, rules};

/// Discrete Fourier transform over the last dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fft {
    /// Direction and element types.
    pub kind: FftKind,
    /// The lengths of the transformed dimensions, of the real side where one side is real: 1 to 3 of them.
    pub lengths: Vec<usize>,
}

/// Direction and element types of a Fourier transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FftKind {
    /// Forward, Σₙ xₙ·e^(−2πi·kn/N), complex to complex.
    Fft,
    /// Inverse, divided by the number of elements, complex to complex.
    Ifft,
    /// Forward, real to complex; the last dimension keeps its first N/2 + 1 frequencies.
    Rfft,
    /// Inverse, complex to real, from the first N/2 + 1 frequencies of the last dimension.
    Irfft,
}

impl FftKind {
    const ALL: [FftKind; 4] = [FftKind::Fft, FftKind::Ifft, FftKind::Rfft, FftKind::Irfft];

    /// Name in text and in StableHLO.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            FftKind::Fft => ("fft", "FFT"),
            FftKind::Ifft => ("ifft", "IFFT"),
            FftKind::Rfft => ("rfft", "RFFT"),
            FftKind::Irfft => ("irfft", "IRFFT"),
        }
    }
}

const NAME: &str = "fft";

impl Fft {
    /// Sum over one dimension with the given sign of the exponent.
    fn transform(x: &[Complex64], shape: &[usize], dim: usize, sign: f64) -> Vec<Complex64> {
        let n = shape[dim];
        let along = index::offsets(shape, &[dim]);
        let mut result = vec![Complex64::ZERO; x.len()];
        for base in index::offsets(shape, &rules::other_dims(shape.len(), &[dim])) {
            for (k, to) in along.iter().enumerate() {
                let terms = along
                    .iter()
                    .enumerate()
                    .map(|(j, from)| x[base + from] * Complex64::cis(sign * TAU * ((j * k) % n) as f64 / n as f64));
                result[base + to] = terms.sum();
            }
        }
        result
    }
}

impl Primitive for Fft {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("kind", Attr::Name(self.kind.names().0.to_owned())), ("lengths", Attr::from(&self.lengths))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            let kind = attrs.name("kind")?;
            let known = FftKind::ALL.into_iter().find(|k| k.names().0 == kind);
            let kind = known.ok_or_else(|| format!("{kind} is no Fourier transform"))?;
            Ok(Fft { kind, lengths: attrs.sizes("lengths")? })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        let count = self.lengths.len();
        if !(1..=3).contains(&count) || x.rank() < count || self.lengths.contains(&0) {
            return Err(IrError::ty(NAME, "transforms 1 to 3 dimensions of the operand, none of them empty", operands));
        }
        let half = self.lengths.last().map_or(1, |n| n / 2 + 1);
        let spectrum = self.kind != FftKind::Rfft;
        let dtype = match self.kind {
            FftKind::Fft | FftKind::Ifft if x.dtype.is_complex() => Some(x.dtype),
            FftKind::Rfft => x.dtype.complex(),
            FftKind::Irfft if x.dtype.is_complex() => Some(x.dtype.real()),
            _ => None,
        };
        let Some(dtype) = dtype else {
            let wanted = if spectrum { "complex numbers" } else { "f32 or f64" };
            return Err(IrError::ty(NAME, format!("{} takes {wanted}", self.kind.names().0), operands));
        };
        let mut given = self.lengths.clone();
        let mut shape = x.shape.clone();
        let last = shape.len() - 1;
        match self.kind {
            FftKind::Rfft => shape[last] = half,
            FftKind::Irfft => {
                shape[last] = self.lengths[count - 1];
                given[count - 1] = half;
            }
            FftKind::Fft | FftKind::Ifft => {}
        }
        if !x.shape.ends_with(&given) {
            return Err(IrError::ty(NAME, format!("the last dimensions must be {given:?}"), operands));
        }
        Ok(vec![TensorType::new(dtype, shape)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::linear_jvp(b, self, primals, tangents)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        rules::linear_transpose(cotangents, operands, |ct, x| match self.kind {
            // The matrix is symmetric.
            FftKind::Fft | FftKind::Ifft => b.emit1(self.clone(), &[ct]),
            // The real part of the full transform of what was kept.
            FftKind::Rfft => {
                let rank = x.rank();
                let missing = x.shape[rank - 1] - b.ty(ct).shape[rank - 1];
                let mut padding = vec![Padding::default(); rank];
                padding[rank - 1] = Padding::edges(0, missing as i64);
                let full = b.pad_zero(ct, &padding)?;
                let sums = b.fft(full, FftKind::Fft, &self.lengths)?;
                b.real(sums)
            }
            // Frequencies between the first and the middle one stand for two.
            FftKind::Irfft => {
                let spectrum = b.fft(ct, FftKind::Rfft, &self.lengths)?;
                let ty = b.ty(spectrum).clone();
                let n = self.lengths.last().copied().unwrap_or(1);
                let scale = 1.0 / self.lengths.iter().product::<usize>() as f64;
                let weights = (0..n / 2 + 1).map(|k| if k == 0 || 2 * k == n { scale } else { 2.0 * scale });
                let row = TensorType::new(ty.dtype, [n / 2 + 1]);
                let weights = Wide::Complex(weights.map(|w| w.into()).collect()).narrow(NAME, &row)?;
                let weights = b.constant(weights)?;
                let weights = b.broadcast(weights, &ty.shape)?;
                let product = b.mul(spectrum, weights)?;
                b.conj(product)
            }
        })
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, self.clone(), operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![
            ("fft_type", format!("#stablehlo<fft_type {}>", self.kind.names().1)),
            ("fft_length", i64_array(&self.lengths)),
        ];
        e.op(HloOp { name: "stablehlo.fft", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let result = self.infer(&[x.ty()])?.remove(0);
        let mut values = match Wide::of(x) {
            Wide::Complex(v) => v,
            Wide::Float(v) => v.into_iter().map(Complex64::from).collect(),
            _ => return Err(super::wide::no_kernel(NAME, x.ty().dtype)),
        };
        let (last, first) = (x.ty().rank() - 1, x.ty().rank() - self.lengths.len());
        let inverse = matches!(self.kind, FftKind::Ifft | FftKind::Irfft);
        let sign = if inverse { 1.0 } else { -1.0 };
        let mut shape = x.ty().shape.clone();
        for dim in first..last {
            values = Fft::transform(&values, &shape, dim, sign);
        }
        if self.kind == FftKind::Irfft {
            // The frequencies that are missing are conjugates.
            let (half, n) = (shape[last], result.shape[last]);
            let rows = values.chunks(half);
            values = rows.flat_map(|row| (0..n).map(|k| if k < half { row[k] } else { row[n - k].conj() })).collect();
            shape[last] = n;
        }
        values = Fft::transform(&values, &shape, last, sign);
        if self.kind == FftKind::Rfft {
            let half = result.shape[last];
            values = values.chunks(shape[last]).flat_map(|row| row[..half].to_vec()).collect();
        }
        let count: usize = if inverse { self.lengths.iter().product() } else { 1 };
        for value in &mut values {
            *value /= count as f64;
        }
        let values = match self.kind {
            FftKind::Irfft => Wide::Float(values.into_iter().map(|x| x.re).collect()),
            _ => Wide::Complex(values),
        };
        Ok(vec![values.narrow(NAME, &result)?])
    }
}

impl Builder {
    /// The discrete Fourier transform over the last `lengths.len()` dimensions (JAX's `lax.fft`).
    ///
    /// # Errors
    /// The element type does not fit `kind`, or the dimensions do not have these lengths.
    pub fn fft(&mut self, x: Value, kind: FftKind, lengths: &[usize]) -> Result<Value> {
        self.emit1(Fft { kind, lengths: lengths.to_vec() }, &[x])
    }
}
