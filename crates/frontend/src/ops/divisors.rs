//! Divisors and multiples of integers.

use std::sync::Arc;

use super::arithmetic::truncated_quotient;
use super::{Domain, is_inexact};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// The greatest common divisor, by Euclid's algorithm on all elements at once.
    pub(crate) fn gcd(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = self.whole_numbers("gcd", x, y)?;
        let (x, y, _) = self.operands(&x, &y)?;
        let (x, y) = (self.magnitude(&x)?, self.magnitude(&y)?);
        let types = [x.ty().clone(), y.ty().clone()];
        let axes: Vec<usize> = (0..x.rank()).collect();
        let condition = self.nested("gcd_cond", &types, |t, p| {
            let left = t.compute([&p[1]], |[y]| y.ne(0))?;
            Ok(vec![t.any(&left, &axes, false)?])
        })?;
        let body = self.nested("gcd_body", &types, |t, p| {
            let results = t.compute_all([&p[0], &p[1]], |[x, y]| {
                let done = y.eq(0);
                let rest = x % done.select(1, y);
                [done.select(x, y), done.select(0, rest)]
            })?;
            Ok(results.to_vec())
        })?;
        let (condition, body) = (Arc::new(condition), Arc::new(body));
        let found = self.build(&[&x, &y], |b, v| b.while_loop(&condition, &body, v))?;
        Ok(found.into_iter().next().unwrap_or(x))
    }

    /// The least common multiple.
    pub(crate) fn lcm(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = self.whole_numbers("lcm", x, y)?;
        let divisor = self.gcd(&x, &y)?;
        self.compute([&x, &y, &divisor], |[x, y, divisor]| {
            let zero = divisor.eq(0);
            let (x, y) = (x.map(|t, x| t.magnitude(x)), y.map(|t, y| t.magnitude(y)));
            let share = truncated_quotient(y, zero.select(1, divisor));
            zero.select(0, x * share)
        })
    }

    fn whole_numbers(&mut self, name: &str, x: &Tensor, y: &Tensor) -> Result<[Tensor; 2]> {
        let pair = self.common(Domain::Number, [x, y])?;
        match pair.iter().find(|x| is_inexact(x.dtype())) {
            Some(x) => Err(Error::argument(format!("{name} needs integers, found {}", x.ty()))),
            None => Ok(pair),
        }
    }
}
