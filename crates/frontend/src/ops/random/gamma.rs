//! Gamma variables and those made of them.

use keramos_ir::Builder;

use super::words::Keys;
use crate::error::Result;
use crate::ops::smallest_normal;
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// Gamma variables of the given shape parameters (of a float type) and scale 1, or their logarithms. The
    /// derivative in the parameter is the implicit one, that of the quantile at a fixed probability.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_gamma(&mut self, key: &Tensor, alpha: &Tensor, logarithm: bool) -> Result<Tensor> {
        let tiny = smallest_normal(alpha.dtype());
        self.differentiated_by(
            "random_gamma",
            [alpha],
            |t, [alpha]| t.draw_gamma(key, alpha, logarithm),
            |t, [alpha], sample, [tangent]| {
                t.compute([alpha, sample, tangent], |[alpha, sample, tangent]| {
                    if !logarithm {
                        return tangent * alpha.primitive(sample, Builder::random_gamma_grad);
                    }
                    let sample = sample.exp();
                    let sample = sample.eq(0.0).select(tiny, sample);
                    tangent * (alpha.primitive(sample, Builder::random_gamma_grad) / sample)
                })
            },
        )
    }

    /// By the rejection method of Marsaglia and Tsang (2000), each element with a key of its own.
    fn draw_gamma(&mut self, key: &Tensor, alpha: &Tensor, logarithm: bool) -> Result<Tensor> {
        let (count, dtype, shape) = (alpha.ty().size(), alpha.dtype(), alpha.shape().to_vec());
        let original = self.reshape(alpha, &[count])?;
        let keys = self.keys_of_elements(key, count)?;
        // Parameters below 1 are raised by 1; a power of a uniform variable makes up for it.
        let boosted = self.formula(|f| f.of(&original).ge(1.0))?;
        let alpha = self.formula(|f| {
            let alpha = f.of(&original);
            f.of(&boosted).select(alpha, alpha + 1.0)
        })?;
        let d = self.formula(|f| f.of(&alpha) - 1.0 / 3.0)?;
        let c = self.formula(|f| (1.0 / 3.0) / f.of(&d).sqrt())?;
        let (draws, rest) = (self.child_keys(&keys, 0)?, self.child_keys(&keys, 1)?);
        let start = [0.0, 1.0, 2.0].map(|x| self.full(&original.ty().clone(), x));
        let [first, second] = draws.tensors();
        let [x, v, u] = start;
        let carried = [first, second, x?, v?, u?];
        let rejected = |t: &mut Tracer, carried: &[Tensor]| -> Result<Tensor> {
            t.formula(|f| {
                let (x, v, u) = (f.of(&carried[2]), f.of(&carried[3]), f.of(&carried[4]));
                let outside = u.ge(1.0 - x * x * 0.0331);
                let bound = x * 0.5 + f.of(&d) * ((1.0 - v) + v.log());
                outside.and(u.log().ge(bound))
            })
        };
        let ends = self.while_loop(
            &carried,
            |t, carried| {
                let rejected = rejected(t, carried)?;
                t.any(&rejected, &[0], false)
            },
            |t, carried| {
                let active = rejected(t, carried)?;
                let keys = Keys::of(&carried[..2])?;
                let (next, x_keys, u_keys) =
                    (t.child_keys(&keys, 0)?, t.child_keys(&keys, 1)?, t.child_keys(&keys, 2)?);
                let (x, v) = t.positive_cube_roots(&x_keys, &c, &active)?;
                let words = t.words_of_keys(&u_keys)?;
                let u = t.fraction_of_words(&words, dtype)?;
                let [first, second] = next.tensors();
                let square = t.formula(|f| f.of(&x) * f.of(&x))?;
                let cube = t.formula(|f| f.of(&v) * f.of(&v) * f.of(&v))?;
                let fresh = [first, second, square, cube, u];
                fresh.iter().zip(carried).map(|(new, old)| t.select(&active, new, old)).collect()
            },
        )?;
        let words = self.words_of_keys(&rest)?;
        let uniform = self.fraction_of_words(&words, dtype)?;
        let sample = self.formula(|f| {
            let (d, v, boosted) = (f.of(&d), f.of(&ends[3]), f.of(&boosted));
            let (uniform, inverse) = (f.of(&uniform), 1.0 / f.of(&original));
            if logarithm {
                let log = (-uniform).log1p();
                let none = boosted.or(log.eq(0.0));
                d.log() + v.log() + none.select(log.filled(0.0), log * inverse)
            } else {
                d * v * boosted.select(d.filled(1.0), (1.0 - uniform).pow(inverse))
            }
        })?;
        self.reshape(&sample, &shape)
    }

    /// Normal x and v = 1 + c·x for which v > 0, drawn anew until that holds where `active`.
    fn positive_cube_roots(&mut self, keys: &Keys, c: &Tensor, active: &Tensor) -> Result<(Tensor, Tensor)> {
        let dtype = c.dtype();
        let [first, second] = keys.tensors();
        let x = self.full(&c.ty().clone(), 0.0)?;
        let v = self.formula(|f| f.of(active).select(f.of(&x) - 1.0, f.of(&x) + 1.0))?;
        let open = |t: &mut Tracer, carried: &[Tensor]| t.formula(|f| f.of(&carried[3]).le(0.0));
        let ends = self.while_loop(
            &[first, second, x, v],
            |t, carried| {
                let open = open(t, carried)?;
                t.any(&open, &[0], false)
            },
            |t, carried| {
                let open = open(t, carried)?;
                let keys = Keys::of(&carried[..2])?;
                let (next, sub) = (t.child_keys(&keys, 0)?, t.child_keys(&keys, 1)?);
                let words = t.words_of_keys(&sub)?;
                let x = t.normal_of_words(&words, dtype)?;
                let v = t.formula(|f| f.of(&x) * f.of(c) + 1.0)?;
                let [first, second] = next.tensors();
                [first, second, x, v].iter().zip(carried).map(|(new, old)| t.select(&open, new, old)).collect()
            },
        )?;
        Ok((ends[2].clone(), ends[3].clone()))
    }
}

impl Tracer {
    /// Beta variables: a share of two gamma variables, computed from their logarithms.
    ///
    /// # Errors
    /// `key` is no key, or the parameters' types differ.
    pub fn random_beta(&mut self, key: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let [key_a, key_b] = self.split_into(key)?;
        let (a, b) = (self.random_gamma(&key_a, a, true)?, self.random_gamma(&key_b, b, true)?);
        self.formula(|f| {
            let (a, b) = (f.of(&a), f.of(&b));
            let most = a.max(b);
            let (a, b) = ((a - most).exp(), (b - most).exp());
            a / (a + b)
        })
    }

    /// Student's t variables of `degrees` of freedom.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_t(&mut self, key: &Tensor, degrees: &Tensor) -> Result<Tensor> {
        let [normal_key, gamma_key] = self.split_into(key)?;
        let words = self.random_words(&normal_key, degrees.shape())?;
        let normal = self.normal_of_words(&words, degrees.dtype())?;
        let half = self.formula(|f| f.of(degrees) / 2.0)?;
        let gamma = self.random_gamma(&gamma_key, &half, false)?;
        self.formula(|f| f.of(&normal) * (f.of(&half) / f.of(&gamma)).sqrt())
    }

    /// χ² variables of `degrees` of freedom.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_chi_square(&mut self, key: &Tensor, degrees: &Tensor) -> Result<Tensor> {
        let half = self.formula(|f| f.of(degrees) / 2.0)?;
        let log = self.random_gamma(key, &half, true)?;
        self.formula(|f| f.of(&log).exp() * 2.0)
    }

    /// Fisher's F variables of `numerator` and `denominator` degrees of freedom.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_f(&mut self, key: &Tensor, numerator: &Tensor, denominator: &Tensor) -> Result<Tensor> {
        let [below_key, above_key] = self.split_into(key)?;
        let above = self.random_chi_square(&above_key, numerator)?;
        let below = self.random_chi_square(&below_key, denominator)?;
        self.formula(|f| (f.of(&above) / f.of(numerator)) / (f.of(&below) / f.of(denominator)))
    }

    /// Variables with density proportional to exp(−|x|ᵖ); `power` is a scalar.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_generalised_normal(&mut self, key: &Tensor, power: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let [gamma_key, sign_key] = self.split_into(key)?;
        let inverse = self.formula(|f| 1.0 / f.of(power))?;
        let alpha = self.broadcast_to(&inverse, shape)?;
        let gamma = self.random_gamma(&gamma_key, &alpha, false)?;
        let sign = self.random_sign(&sign_key, shape, power.dtype())?;
        self.formula(|f| f.of(&sign) * f.of(&gamma).pow(f.of(&inverse)))
    }
}
