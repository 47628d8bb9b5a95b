//! Small compositions of element-wise primitives that many rules and layers use.

use std::f64::consts::LN_2;

use crate::{Builder, Result, Value};

impl Builder {
    /// x + c for a scalar constant c.
    ///
    /// # Errors
    /// The elements are `bool`.
    pub fn add_scalar(&mut self, x: Value, c: f64) -> Result<Value> {
        let c = self.full_like(x, c)?;
        self.add(x, c)
    }

    /// c · x for a scalar constant c.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn mul_scalar(&mut self, x: Value, c: f64) -> Result<Value> {
        let c = self.full_like(x, c)?;
        self.mul(x, c)
    }

    /// 1 − x.
    ///
    /// # Errors
    /// The elements are `bool`.
    pub fn one_minus(&mut self, x: Value) -> Result<Value> {
        let one = self.full_like(x, 1.0)?;
        self.sub(one, x)
    }

    /// x·x.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn square(&mut self, x: Value) -> Result<Value> {
        self.mul(x, x)
    }

    /// 2ˣ, as exp(x·ln 2).
    ///
    /// # Errors
    /// `x` is no float.
    pub fn exp2(&mut self, x: Value) -> Result<Value> {
        let scaled = self.mul_scalar(x, LN_2)?;
        self.exp(scaled)
    }

    /// x without its fraction.
    ///
    /// # Errors
    /// `x` is no float.
    pub fn trunc(&mut self, x: Value) -> Result<Value> {
        let (sign, magnitude) = (self.sign(x)?, self.abs(x)?);
        let whole = self.floor(magnitude)?;
        self.mul(sign, whole)
    }

    /// Whether x is neither infinite nor NaN, as `bool`.
    ///
    /// # Errors
    /// `x` is no float.
    pub fn is_finite(&mut self, x: Value) -> Result<Value> {
        if self.ty(x).dtype.greatest() < f64::INFINITY {
            return self.eq(x, x);
        }
        let magnitude = self.abs(x)?;
        let infinity = self.full_like(x, f64::INFINITY)?;
        self.lt(magnitude, infinity)
    }
}
