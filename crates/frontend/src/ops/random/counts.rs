//! Variables that count.

use keramos_ir::{DType, TensorType};

use crate::error::Result;
use crate::trace::{Tensor, Term, Tracer};

/// What is left of Stirling's approximation of ln k! for k = 0 … 9.
const STIRLING_TAILS: [f64; 10] = [
    0.081_061_466_795_327_2,
    0.041_340_695_955_409_2,
    0.027_677_925_684_998_3,
    0.020_790_672_103_765_09,
    0.016_644_691_189_821_1,
    0.013_876_128_823_070_7,
    0.011_896_709_945_891_7,
    0.010_411_265_261_972,
    0.009_255_462_182_712_73,
    0.008_330_563_433_362_87,
];

/// The tail of Stirling's approximation for any k ≥ 0.
fn stirling_tail(k: Term<'_>) -> Term<'_> {
    let next = k + 1.0;
    let square = next * next;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / next;
    let whole = k.floor();
    let exact = STIRLING_TAILS.iter().enumerate().rev().fold(k.filled(0.0), |found, (place, &tail)| {
        let here = if place == 0 { whole.le(0.0) } else { whole.eq(place as f64) };
        here.select(found.filled(tail), found)
    });
    k.le(9.0).select(exact, series)
}

impl Tracer {
    /// Poisson variables of the given rates (`f32`), as `dtype`: Knuth's products of uniform variables for
    /// rates below 10, Hörmann's transformed rejection (1993) above.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_poisson(&mut self, key: &Tensor, rate: &Tensor, dtype: DType) -> Result<Tensor> {
        let small = self.formula(|f| f.of(rate).is_nan().or(f.of(rate).lt(10.0)))?;
        let low = self.formula(|f| f.of(&small).select(f.of(rate), 0.0))?;
        let high = self.formula(|f| f.of(&small).select(f.of(rate).filled(1e5), f.of(rate)))?;
        let by_products = self.poisson_by_products(key, &low, dtype)?;
        let by_rejection = self.poisson_by_rejection(key, &high, dtype)?;
        self.formula(|f| {
            let found = f.of(&small).select(f.of(&by_products), f.of(&by_rejection));
            f.of(rate).eq(0.0).select(found.filled(0.0), found)
        })
    }

    fn poisson_by_products(&mut self, key: &Tensor, rate: &Tensor, dtype: DType) -> Result<Tensor> {
        let count = self.full(&rate.ty().with_dtype(dtype), 0.0)?;
        let log = self.full(&rate.ty().clone(), 0.0)?;
        let open = |t: &mut Tracer, log: &Tensor| t.formula(|f| f.of(log).gt(-f.of(rate)));
        let ends = self.while_loop(
            &[count, key.clone(), log],
            |t, carried| {
                let open = open(t, &carried[2])?;
                t.any_element(&open)
            },
            |t, carried| {
                let [next, sub] = t.split_into(&carried[1])?;
                let open = open(t, &carried[2])?;
                let uniform = t.random_unit(&sub, &rate.ty().clone())?;
                let (count, log) = (
                    t.formula(|f| f.of(&open).select(f.of(&carried[0]) + 1.0, f.of(&carried[0])))?,
                    t.formula(|f| f.of(&carried[2]) + f.of(&uniform).log())?,
                );
                Ok(vec![count, next, log])
            },
        )?;
        self.formula(|f| f.of(&ends[0]) - 1.0)
    }

    fn poisson_by_rejection(&mut self, key: &Tensor, rate: &Tensor, dtype: DType) -> Result<Tensor> {
        let constants = self.formulas(|f| {
            let rate = f.of(rate);
            let b = rate.sqrt() * 2.53 + 0.931;
            let a = b * 0.02483 + -0.059;
            vec![rate.log(), b, a, 1.1328 / (b - 3.4) + 1.1239, 0.9277 - 3.6224 / (b - 2.0)]
        })?;
        let found = self.full(&rate.ty().clone(), -1.0)?;
        let ends = self.rejection(key, &found, |t, u, v| {
            t.formulas(|f| {
                let [log_rate, b, a, inverse_alpha, v_limit] = [0, 1, 2, 3, 4].map(|i| f.of(&constants[i]));
                let (u, v, rate) = (f.of(u) - 0.5, f.of(v), f.of(rate));
                let edge = 0.5 - u.abs();
                let k = ((a * 2.0 / edge + b) * u + rate + 0.43).floor();
                let s = (v * inverse_alpha / (a / (edge * edge) + b)).log();
                let log_density = -rate + k * log_rate - (k + 1.0).lgamma();
                let at_once = edge.ge(0.07).and(v.le(v_limit));
                let refused = k.lt(0.0).or(edge.lt(0.013).and(v.gt(edge)));
                vec![k, at_once.or((!refused).and(s.le(log_density)))]
            })
        })?;
        self.convert(&ends, dtype)
    }

    /// Draws two uniform variables for every element, until `code` has accepted a value for each of them.
    fn rejection(
        &mut self,
        key: &Tensor,
        start: &Tensor,
        code: impl FnOnce(&mut Tracer, &Tensor, &Tensor) -> Result<Vec<Tensor>>,
    ) -> Result<Tensor> {
        let ty = start.ty().clone();
        let accepted = self.full(&ty.with_dtype(DType::Bool), 0.0)?;
        let ends = self.while_loop(
            &[start.clone(), accepted, key.clone()],
            |t, carried| {
                let open = t.not(&carried[1])?;
                t.any_element(&open)
            },
            |t, carried| {
                let [next, u_key, v_key] = t.split_into(&carried[2])?;
                let (u, v) = (t.random_unit(&u_key, &ty)?, t.random_unit(&v_key, &ty)?);
                let drawn = code(t, &u, &v)?;
                let value = t.select(&drawn[1], &drawn[0], &carried[0])?;
                let accepted = t.or(&carried[1], &drawn[1])?;
                Ok(vec![value, accepted, next])
            },
        )?;
        Ok(ends[0].clone())
    }

    /// Whether any element of a tensor of truth values is true.
    ///
    /// # Errors
    /// They are no truth values.
    pub fn any_element(&mut self, x: &Tensor) -> Result<Tensor> {
        let axes: Vec<usize> = (0..x.rank()).collect();
        self.any(x, &axes, false)
    }

    /// How many of `count` trials of probability `p` succeed (floats of one type and shape), as `dtype`:
    /// sums of geometric variables for fewer than ten expected successes, Hörmann's transformed rejection
    /// (1993) for more.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_binomial(&mut self, key: &Tensor, count: &Tensor, p: &Tensor, dtype: DType) -> Result<Tensor> {
        let flags = self.formulas(|f| {
            let (count, p) = (f.of(count), f.of(p));
            let below_half = p.lt(0.5);
            let q = below_half.select(p, 1.0 - p);
            let no_count = count.is_nan().or(count.lt(0.0));
            let (q_nan, q_negative) = (q.is_nan(), q.lt(0.0));
            let q = q_nan.or(q_negative).select(q.filled(0.01), q);
            let few = no_count.or((count * q).le(10.0));
            let infinite = count.eq(f64::INFINITY);
            let count = count.floor();
            let invalid = q_negative.or(q_nan).or(no_count);
            vec![
                few,
                few.select(count, count.filled(0.0)),
                few.select(count.filled(1e4), count),
                q,
                few.select(q.filled(0.5), q),
                invalid,
                infinite.and(!invalid),
                below_half.or(no_count).or(q_nan).or(infinite),
                count,
            ]
        })?;
        let few = self.binomial_by_waiting(key, &flags[1], &flags[3])?;
        let many = self.binomial_by_rejection(key, &flags[2], &flags[4])?;
        let (few, many) = (self.convert(&few, dtype)?, self.convert(&many, dtype)?);
        self.formula(|f| {
            let found = f.of(&flags[0]).select(f.of(&few), f.of(&many));
            let found = f.of(&flags[5]).select(found.filled(f64::NAN), found);
            let found = f.of(&flags[6]).select(found.filled(f64::INFINITY), found);
            f.of(&flags[7]).select(found, f.of(&flags[8]).convert(dtype) - found)
        })
    }

    fn binomial_by_waiting(&mut self, key: &Tensor, count: &Tensor, p: &Tensor) -> Result<Tensor> {
        let failure = self.formula(|f| (-f.of(p)).log1p())?;
        let zero = self.full(&p.ty().clone(), 0.0)?;
        let open = |t: &mut Tracer, waited: &Tensor| t.formula(|f| f.of(waited).le(f.of(count)));
        let ends = self.while_loop(
            &[zero.clone(), zero, key.clone()],
            |t, carried| {
                let open = open(t, &carried[1])?;
                t.any_element(&open)
            },
            |t, carried| {
                let [sub, next] = t.split_into(&carried[2])?;
                let open = open(t, &carried[1])?;
                let uniform = t.random_unit(&sub, &p.ty().clone())?;
                let drawn = t.formula(|f| f.of(&open).select(f.of(&carried[0]) + 1.0, f.of(&carried[0])))?;
                let waited = t.formula(|f| f.of(&carried[1]) + (f.of(&uniform).log() / f.of(&failure)).ceil())?;
                Ok(vec![drawn, waited, next])
            },
        )?;
        self.formula(|f| f.of(&ends[0]) - 1.0)
    }

    fn binomial_by_rejection(&mut self, key: &Tensor, count: &Tensor, p: &Tensor) -> Result<Tensor> {
        let found = self.full(&p.ty().clone(), -1.0)?;
        self.rejection(key, &found, |t, u, v| {
            t.formulas(|f| {
                let (count, p) = (f.of(count), f.of(p));
                let deviation = (count * p * (1.0 - p)).sqrt();
                let b = deviation * 2.53 + 1.15;
                let a = b * 0.0248 + -0.0873 + p * 0.01;
                let c = count * p + 0.5;
                let v_limit = 0.92 - 4.2 / b;
                let odds = p / (1.0 - p);
                let alpha = (5.1 / b + 2.83) * deviation;
                let mode = ((count + 1.0) * p).floor();
                let (u, v) = (f.of(u) - 0.5, f.of(v));
                let edge = 0.5 - u.abs();
                let at_once = edge.ge(0.07).and(v.le(v_limit));
                let k = ((a * 2.0 / edge + b) * u + c).floor();
                let refused = k.lt(0.0).or(k.gt(count));
                let log_v = (v * alpha / (a / (edge * edge) + b)).log();
                let bound = (mode + 0.5) * ((mode + 1.0) / (odds * (count - mode + 1.0))).log()
                    + (count + 1.0) * ((count - mode + 1.0) / (count - k + 1.0)).log()
                    + (k + 0.5) * (odds * (count - k + 1.0) / (k + 1.0)).log()
                    + stirling_tail(mode)
                    + stirling_tail(count - mode)
                    - stirling_tail(k)
                    - stirling_tail(count - k);
                vec![k, at_once.or((!refused).and(log_v.le(bound)))]
            })
        })
    }

    /// How many trials of probability `p` until the first success, as `dtype`.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_geometric(&mut self, key: &Tensor, p: &Tensor, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let uniform = self.random_unit(key, &TensorType::new(p.dtype(), shape))?;
        self.formula(|f| {
            let uniform = f.of(&uniform);
            let log = uniform.eq(0.0).select(uniform.filled(1.0), uniform).log();
            ((log / (-f.of(p)).log1p()).floor() + 1.0).convert(dtype)
        })
    }

    /// Integers of type `dtype` in [low, high), integer tensors that broadcast to `shape`.
    ///
    /// # Errors
    /// `key` is no key, or the types are no integers.
    pub fn random_integers(
        &mut self,
        key: &Tensor,
        shape: &[usize],
        low: &Tensor,
        high: &Tensor,
        dtype: DType,
    ) -> Result<Tensor> {
        // Narrow types are drawn with 32 bits, which makes them less uneven.
        let drawn = if dtype.bits() < 32 { DType::I32 } else { dtype };
        let (low, high) = if drawn == dtype {
            (low.clone(), high.clone())
        } else {
            let (least, most) = integer_range(dtype);
            (self.clip_to(low, DType::I32, least, most)?, self.clip_to(high, DType::I32, least, most + 1.0)?)
        };
        let (least, most) = integer_range(drawn);
        let beyond = self.formula(|f| f.of(&high).gt(most.min(integer_range(high.dtype()).1)))?;
        let (low, high) = (self.clip_to(&low, drawn, least, most)?, self.clip_to(&high, drawn, least, most)?);
        let unsigned = if drawn.bits() == 64 { DType::U64 } else { DType::U32 };
        let [first, second] = self.split_into(key)?;
        let (first, second) = (self.random_words(&first, shape)?, self.random_words(&second, shape)?);
        let (first, second) = (self.bits_of_words(&first, unsigned)?, self.bits_of_words(&second, unsigned)?);
        let half = 2f64.powi(unsigned.bits() as i32 / 2);
        self.formula(|f| {
            let (low, high) = (f.of(&low), f.of(&high));
            let span = (high - low).convert(unsigned);
            let span = high.le(low).select(span.filled(1.0), span);
            let span = f.of(&beyond).and(high.gt(low)).select(span + 1.0, span);
            let root = span.number(half) % span;
            let multiplier = (root * root) % span;
            let offset = (f.of(&first) % span * multiplier + f.of(&second) % span) % span;
            low + offset.convert(drawn)
        })
        .and_then(|found| self.convert(&found, dtype))
    }

    /// An integer tensor limited to what its own type and a range have in common, as `dtype`.
    fn clip_to(&mut self, x: &Tensor, dtype: DType, low: f64, high: f64) -> Result<Tensor> {
        let (least, most) = integer_range(x.dtype());
        let clipped = self.formula(|f| f.of(x).max(low.max(least)).min(high.min(most)))?;
        self.convert(&clipped, dtype)
    }
}

/// The least and the greatest integer of a type.
fn integer_range(dtype: DType) -> (f64, f64) {
    let bits = dtype.bits() as i32;
    if dtype.is_unsigned_int() {
        (0.0, 2f64.powi(bits) - 1.0)
    } else {
        (-2f64.powi(bits - 1), 2f64.powi(bits - 1) - 1.0)
    }
}
