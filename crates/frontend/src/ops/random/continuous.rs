//! Continuous variables that are functions of a uniform one.

use keramos_ir::{Array, Buffer, DType, TensorType};

use super::float_info;
use crate::error::Result;
use crate::trace::{Formula, Tensor, Term, Tracer};

/// How the tails of a Gumbel variable are sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tails {
    /// From one uniform variable.
    Low,
    /// From two, so that the upper tail is longer.
    High,
}

impl Tracer {
    /// A uniform variable in [low, 1) under a function.
    fn of_uniform(
        &mut self,
        key: &Tensor,
        ty: &TensorType,
        low: f64,
        code: impl for<'f> FnOnce(Term<'f>) -> Term<'f>,
    ) -> Result<Tensor> {
        let words = self.random_words(key, &ty.shape)?;
        let uniform = self.uniform_between(&words, ty.dtype, low, 1.0)?;
        self.formula(|f: &Formula| code(f.of(&uniform)))
    }

    /// Uniform in [0, 1), of any float type.
    ///
    /// # Errors
    /// `key` is no key, or the type is no float type.
    pub fn random_unit(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        let words = self.random_words(key, &ty.shape)?;
        self.fraction_of_words(&words, ty.dtype)
    }

    /// Normal with mean 0 and deviation 1, of any float type.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_standard_normal(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        let words = self.random_words(key, &ty.shape)?;
        self.normal_of_words(&words, ty.dtype)
    }

    /// Normal with mean 0 and deviation 1, cut to (low, high), which broadcast to the shape.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_cut_normal(&mut self, key: &Tensor, ty: &TensorType, low: &Tensor, high: &Tensor) -> Result<Tensor> {
        let root = std::f64::consts::SQRT_2;
        let words = self.random_words(key, &ty.shape)?;
        let bounds = self.formulas(|f| [low, high].map(|bound| (f.of(bound) / root).erf()).to_vec())?;
        let uniform = self.uniform_of_words(&words, ty.dtype, &bounds[0], &bounds[1])?;
        let (low, high) = (self.stop_gradient(low)?, self.stop_gradient(high)?);
        let (low, high) = (self.next_up(&low)?, self.next_down(&high)?);
        self.formula(|f| (f.of(&uniform).erf_inv() * root).max(f.of(&low)).min(f.of(&high)))
    }

    /// The least number above `x`.
    ///
    /// # Errors
    /// `x` is not floating point.
    pub fn next_up(&mut self, x: &Tensor) -> Result<Tensor> {
        let bits = match x.dtype() {
            DType::F64 => DType::I64,
            DType::F16 | DType::BF16 => DType::I16,
            _ => DType::I32,
        };
        let one = Array::scalar(bits, 1.0);
        let least = self.build1(&[], |b, _| {
            let one = b.constant(one)?;
            b.bitcast_convert(one, x.dtype())
        })?;
        let words = self.build1(&[x], |b, v| b.bitcast_convert(v[0], bits))?;
        let words = self.formula(|f| {
            let words = f.of(&words);
            f.of(x).gt(0.0).select(words + 1.0, words - 1.0)
        })?;
        let moved = self.build1(&[&words], |b, v| b.bitcast_convert(v[0], x.dtype()))?;
        self.formula(|f| f.of(x).eq(0.0).select(f.of(&least), f.of(&moved)))
    }

    /// The greatest number below `x`.
    ///
    /// # Errors
    /// `x` is not floating point.
    pub fn next_down(&mut self, x: &Tensor) -> Result<Tensor> {
        let negative = self.neg(x)?;
        let up = self.next_up(&negative)?;
        self.neg(&up)
    }

    /// True with probability `p`, which broadcasts to `shape`. With `fine`, probabilities below the
    /// resolution of a uniform variable count, too.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_bernoulli_of(&mut self, key: &Tensor, shape: &[usize], p: &Tensor, fine: bool) -> Result<Tensor> {
        let dtype = p.dtype();
        if !fine {
            let uniform = self.random_unit(key, &TensorType::new(dtype, shape))?;
            return self.lt(&uniform, p);
        }
        let [coarse, rest] = self.uniform_pair(key, &TensorType::new(dtype, shape))?;
        let resolution = float_info(dtype).epsilon;
        self.formula(|f| (f.of(&rest) * resolution).lt(f.of(p) - f.of(&coarse)))
    }

    /// Two uniform variables, drawn as one tensor.
    fn uniform_pair(&mut self, key: &Tensor, ty: &TensorType) -> Result<[Tensor; 2]> {
        let mut shape = vec![2];
        shape.extend(&ty.shape);
        let both = self.random_unit(key, &TensorType::new(ty.dtype, shape))?;
        let [first, second] = [0, 1].map(|i| {
            let part = self.slice_axis(&both, 0, i, i + 1)?;
            self.reshape(&part, &ty.shape)
        });
        Ok([first?, second?])
    }

    /// Exponential with mean 1.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_exponential(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        self.of_uniform(key, ty, 0.0, |u| -(-u).log1p())
    }

    /// Gumbel: −ln(−ln u).
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_gumbel(&mut self, key: &Tensor, ty: &TensorType, tails: Tails) -> Result<Tensor> {
        let info = float_info(ty.dtype);
        if tails == Tails::Low {
            return self.of_uniform(key, ty, info.tiny, |u| -(-u.log()).log());
        }
        let [high, low] = self.uniform_pair(key, ty)?;
        self.formula(|f| {
            let (high, low) = (f.of(&high), f.of(&low));
            let x = high.ge(0.5).select(high, high + low * info.epsilon + info.tiny);
            -(-(-x).log1p()).log()
        })
    }

    /// Laplace with mean 0 and scale 1.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_laplace(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        let lowest = float_info(ty.dtype).epsilon / 2.0 - 1.0;
        self.of_uniform(key, ty, lowest, |u| u.sign() * (-u.abs()).log1p())
    }

    /// Logistic with mean 0 and scale 1.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_logistic(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        self.of_uniform(key, ty, float_info(ty.dtype).tiny, |u| u.log() - (-u).log1p())
    }

    /// Cauchy with median 0 and scale 1.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_cauchy(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        self.of_uniform(key, ty, float_info(ty.dtype).epsilon, |u| ((u - 0.5) * std::f64::consts::PI).tan())
    }

    /// −1 or 1.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_sign(&mut self, key: &Tensor, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let half = self.scalar(DType::F32, 0.5)?;
        let positive = self.random_bernoulli_of(key, shape, &half, false)?;
        self.formula(|f| f.of(&positive).convert(dtype) * 2.0 - 1.0)
    }

    /// The length of a normal vector of three dimensions.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_maxwell(&mut self, key: &Tensor, ty: &TensorType) -> Result<Tensor> {
        let mut shape = ty.shape.clone();
        shape.push(3);
        let normal = self.random_standard_normal(key, &TensorType::new(ty.dtype, shape))?;
        let squares = self.square(&normal)?;
        let sum = self.sum(&squares, &[ty.rank()], false)?;
        self.sqrt(&sum)
    }

    /// Points uniformly distributed in the unit ball of the p-norm in `dimensions` dimensions, along a new
    /// last axis; `power` is p, a scalar.
    ///
    /// # Errors
    /// As [`Tracer::random_unit`].
    pub fn random_ball(&mut self, key: &Tensor, ty: &TensorType, dimensions: usize, power: &Tensor) -> Result<Tensor> {
        let [normal_key, radius_key] = self.split_into(key)?;
        let mut shape = ty.shape.clone();
        shape.push(dimensions);
        let direction = self.random_generalised_normal(&normal_key, power, &shape)?;
        let radius = self.random_exponential(&radius_key, ty)?;
        let powers = self.formula(|f| f.of(&direction).abs().pow(f.of(power)))?;
        let sum = self.sum(&powers, &[ty.rank()], false)?;
        let norm = self.formula(|f| (f.of(&sum) + f.of(&radius)).pow(1.0 / f.of(power)))?;
        let norm = self.expand_dims(&norm, &[ty.rank()])?;
        self.div(&direction, &norm)
    }

    /// A key of the default kind from a seed: an integer tensor, of which the 32 lower bits count, or the
    /// 64 of a 64-bit one.
    ///
    /// # Errors
    /// The seed is no integer scalar.
    pub fn key_of_seed(&mut self, seed: &Tensor) -> Result<Tensor> {
        let zero = self.constant(Array::new([1], Buffer::U32(vec![0]))?)?;
        if seed.dtype().bits() < 64 {
            let wide = self.convert(seed, DType::I32)?;
            let word = self.build1(&[&wide], |b, v| b.bitcast_convert(v[0], DType::U32))?;
            let word = self.reshape(&word, &[1])?;
            return self.concatenate(&[zero, word], 0);
        }
        let words = self.build1(&[seed], |b, v| {
            let wide = b.convert(v[0], DType::U64)?;
            let distance = b.full_like(wide, 32.0)?;
            let high = b.shift_right_logical(wide, distance)?;
            let high = b.convert(high, DType::U32)?;
            let mask = b.full_like(wide, f64::from(u32::MAX))?;
            let low = b.and(wide, mask)?;
            let low = b.convert(low, DType::U32)?;
            let (high, low) = (b.reshape(high, &[1])?, b.reshape(low, &[1])?);
            b.concatenate(&[high, low], 0)
        })?;
        Ok(words)
    }
}
