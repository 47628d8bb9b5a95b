//! Functions of `jax.scipy.special` around logarithms, with the derivatives that JAX gives them.

use std::f64::consts::PI;

use keramos_ir::DType;

use crate::error::Result;
use crate::trace::{Tensor, Term, Tracer};

/// x·`log`(y), and 0 where x = 0 unless y is NaN; the derivatives are the formula's, also where x = 0.
fn product_with_log(
    t: &mut Tracer,
    name: &str,
    x: &Tensor,
    y: &Tensor,
    log: for<'f> fn(Term<'f>) -> Term<'f>,
    denominator: for<'f> fn(Term<'f>) -> Term<'f>,
) -> Result<Tensor> {
    let (x, y, weak) = t.operands(x, y)?;
    let z = t.differentiated_by(
        name,
        [&x, &y],
        |t, operands| t.compute(operands, |[x, y]| x.ne(0.0).or(y.is_nan()).select(x * log(y), 0.0)),
        |t, [x, y], _, [dx, dy]| t.compute([x, y, dx, dy], |[x, y, dx, dy]| dx * log(y) + dy * x / denominator(y)),
    )?;
    Ok(z.weak_if(weak))
}

/// A function of one operand with a derivative of its own.
fn given<'f>(
    x: Term<'f>,
    name: &'static str,
    value: impl for<'g> FnOnce(Term<'g>) -> Term<'g>,
    tangent: impl for<'g> FnOnce(Term<'g>, Term<'g>, Term<'g>) -> Term<'g>,
) -> Term<'f> {
    x.map(|t, x| {
        let y = t.differentiated_by(
            name,
            [x],
            |t, operands| t.compute(operands, |[x]| value(x)),
            |t, [x], y, [dx]| t.compute([x, y, dx], |[x, y, dx]| tangent(x, y, dx)),
        )?;
        Ok(y.weak_if(x.is_weak()))
    })
}

impl<'f> Term<'f> {
    /// x·ln y, and 0 where x = 0.
    pub(crate) fn xlogy(self, y: Term<'f>) -> Term<'f> {
        self.with(y, |t, x, y| product_with_log(t, "xlogy", x, y, |y| y.log(), |y| y))
    }

    /// x·ln(1 + y), and 0 where x = 0.
    pub(crate) fn xlog1py(self, y: Term<'f>) -> Term<'f> {
        self.with(y, |t, x, y| product_with_log(t, "xlog1py", x, y, |y| y.log1p(), |y| y + 1.0))
    }

    /// x·ln x, whose derivative is ln x + 1.
    fn xlogx(self) -> Term<'f> {
        given(self, "xlogx", |x| x.xlogy(x), |x, _, dx| dx * (x.log() + 1.0))
    }

    /// −x·ln x, and −∞ below 0.
    pub(super) fn entropy(self) -> Term<'f> {
        self.lt(0.0).select(self.filled(f64::NEG_INFINITY), -self.xlogx())
    }

    /// x·ln(x/y) with its limits.
    pub(super) fn relative_entropy(self, y: Term<'f>) -> Term<'f> {
        let both = self.gt(0.0).and(y.gt(0.0));
        let empty = self.eq(0.0).and(y.ge(0.0));
        let (p, q) = (both.select(self, self.filled(1.0)), both.select(y, y.filled(1.0)));
        let value = p.xlogx() - p.xlogy(q);
        both.select(value, empty.select(self.filled(0.0), self.filled(f64::INFINITY)))
    }

    /// ln(x / (1 − x)).
    pub(super) fn logit(self) -> Term<'f> {
        given(self, "logit", |x| (x / (1.0 - x)).log(), |x, _, dx| dx / (x * (1.0 - x)))
    }

    /// The logarithm of the distribution function of the standard normal distribution, far into the lower
    /// tail by an asymptotic series of `order` terms.
    pub(crate) fn log_ndtr(self, order: u32) -> Term<'f> {
        given(
            self,
            "log_ndtr",
            |x| log_ndtr(x, order),
            |x, y, dx| {
                let log_density = x.square() * -0.5 - (2.0 * PI).sqrt().ln();
                dx * (log_density - y).exp()
            },
        )
    }
}

fn log_ndtr(x: Term<'_>, order: u32) -> Term<'_> {
    let (lower, upper) = if x.dtype() == DType::F64 { (-20.0, 8.0) } else { (-10.0, 5.0) };
    let above = x.gt(upper);
    let inner = above.select(-x, x.max(lower)).ndtr();
    let below = x.min(lower);
    let square = below.square();
    let mut series = below.filled(1.0);
    let (mut power, mut odd) = (square, 1.0);
    for n in 1..=order {
        let term = odd / power;
        series = if n % 2 == 1 { series - term } else { series + term };
        odd *= f64::from(2 * n + 1);
        power = power * square;
    }
    let far = square * -0.5 - (-below).log() - 0.5 * (2.0 * PI).ln() + series.log();
    above.select(-inner, x.gt(lower).select(inner.log(), far))
}
