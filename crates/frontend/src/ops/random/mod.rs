//! The distributions of `jax.random`, bit for bit for `f32`. A key is `u32[2]`.

mod continuous;
mod counts;
mod gamma;
mod order;
mod orthogonal;
mod words;

pub use continuous::Tails;
pub use words::{FloatInfo, Keys, Words, float_info};

use keramos_ir::{Array, Buffer, DType, random};

use crate::error::Result;
use crate::trace::{Tensor, Tracer};

/// erf(2/√2) as XLA computes it in `f32`: the bounds of a normal variable cut at two deviations.
const ERF_SQRT_2: f32 = 0.954_499_7;

/// √2 in `f32`.
const SQRT_2: f64 = std::f32::consts::SQRT_2 as f64;

impl Tracer {
    /// The key that Keras makes of an integer seed: `[seed, 0]`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn seed_key(&mut self, seed: u32) -> Result<Tensor> {
        self.constant(Array::new([2], Buffer::U32(vec![seed, 0]))?)
    }

    /// 32 random bits per element, `u32`.
    ///
    /// # Errors
    /// `key` is no key, or the shape has more than 2³² elements.
    pub fn random_bits(&mut self, key: &Tensor, shape: &[usize]) -> Result<Tensor> {
        self.build1(&[key], |b, v| random::random_bits(b, v[0], shape))
    }

    /// Uniform in [0, 1): 23 random bits as the fraction of an `f32` in [1, 2), less 1.
    ///
    /// # Errors
    /// As [`Tracer::random_bits`].
    pub fn random_fraction(&mut self, key: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let bits = self.random_bits(key, shape)?;
        let one_to_two = self.build1(&[&bits], |b, v| {
            let nine = b.full_like(v[0], 9.0)?;
            let fraction = b.shift_right_logical(v[0], nine)?;
            let one = b.full_like(v[0], f64::from(1f32.to_bits()))?;
            let bits = b.or(fraction, one)?;
            b.bitcast_convert(bits, DType::F32)
        })?;
        self.add_scalar(&one_to_two, -1.0)
    }

    /// Uniform in [low, high).
    ///
    /// # Errors
    /// As [`Tracer::random_bits`].
    pub fn random_uniform(&mut self, key: &Tensor, shape: &[usize], low: f32, high: f32) -> Result<Tensor> {
        let fraction = self.random_fraction(key, shape)?;
        // JAX's numbers hold a single rounding of fraction·(high − low) + low, since XLA fuses the two
        // operations. In f64 both are exact (23 + 24 bits), so the conversion is that single rounding.
        let wide = self.convert(&fraction, DType::F64)?;
        let (span, start) = (self.scalar(DType::F64, f64::from(high - low))?, self.scalar(DType::F64, f64::from(low))?);
        let product = self.mul(&wide, &span)?;
        let sum = self.add(&product, &start)?;
        let narrow = self.convert(&sum, DType::F32)?;
        self.max_scalar(&narrow, f64::from(low))
    }

    /// Normal with mean 0 and deviation 1.
    ///
    /// # Errors
    /// As [`Tracer::random_bits`].
    pub fn random_normal(&mut self, key: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let uniform = self.random_uniform(key, shape, (-1f32).next_up(), 1.0)?;
        let quantile = self.erf_inv(&uniform)?;
        self.mul_scalar(&quantile, SQRT_2)
    }

    /// Normal with mean 0 and deviation 1, cut at −2 and 2.
    ///
    /// # Errors
    /// As [`Tracer::random_bits`].
    pub fn random_truncated_normal(&mut self, key: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let uniform = self.random_uniform(key, shape, -ERF_SQRT_2, ERF_SQRT_2)?;
        let quantile = self.erf_inv(&uniform)?;
        let normal = self.mul_scalar(&quantile, SQRT_2)?;
        self.clip(&normal, f64::from((-2f32).next_up()), f64::from(2f32.next_down()))
    }

    /// True with probability `p`.
    ///
    /// # Errors
    /// As [`Tracer::random_bits`].
    pub fn random_bernoulli(&mut self, key: &Tensor, shape: &[usize], p: f64) -> Result<Tensor> {
        let fraction = self.random_fraction(key, shape)?;
        let p = self.scalar(DType::F32, p)?;
        self.lt(&fraction, &p)
    }

    /// x·scale + offset in two roundings, as Keras does outside of JAX's compiled sampler. A backend may
    /// merge a product with the product or the sum beside it, but not across a maximum, which changes no
    /// finite number here.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn scale_sample(&mut self, x: &Tensor, scale: f64, offset: f64) -> Result<Tensor> {
        let x = self.max_scalar(x, f64::from(f32::MIN))?;
        let scaled = self.mul_scalar(&x, scale)?;
        if offset == 0.0 {
            return Ok(scaled);
        }
        let scaled = self.max_scalar(&scaled, f64::from(f32::MIN))?;
        self.add_scalar(&scaled, offset)
    }
}
